/// Typed reads of a resolved manifest: validation has made sure of every member, so a missing one is a bug.
extension JSONValue {
    func member(_ name: String) -> JSONValue {
        guard let value = self[name] else { fatalError("a resolved manifest must have the member '\(name)' here") }
        return value
    }

    func decimal(_ name: String) -> Double { read(name, \.double) }
    func whole(_ name: String) -> Int { read(name, \.integer) }
    func flag(_ name: String) -> Bool { read(name, \.bool) }
    func text(_ name: String) -> String { read(name, \.string) }

    func choice<Choice: RawRepresentable>(_ name: String) -> Choice where Choice.RawValue == String {
        read(name) { $0.string.flatMap(Choice.init(rawValue:)) }
    }

    /// From an object with `min` and `max`.
    func range(_ name: String) -> ClosedRange<Double> {
        member(name).decimal("min")...member(name).decimal("max")
    }

    private func read<Value>(_ name: String, _ convert: (JSONValue) -> Value?) -> Value {
        let value = member(name)
        guard let converted = convert(value) else {
            fatalError("a resolved manifest must have a \(Value.self) as '\(name)', not \(value.summary)")
        }
        return converted
    }
}
