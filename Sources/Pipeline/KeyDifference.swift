import ContentStore

/// One thing that is in the key of a task now but was not, or was different, when the task last succeeded.
public struct KeyDifference: Sendable, Equatable, CustomStringConvertible {
    public let part: String
    /// `nil`: it was not there.
    public let old: String?
    /// `nil`: it is no longer there.
    public let new: String?

    public var description: String { "\(part): \(old ?? "(absent)") -> \(new ?? "(absent)")" }

    /// All differences: stage and version, then parts by name, then inputs in their order.
    static func between(_ old: RecordedKey, _ new: ActionKey) -> [KeyDifference] {
        var differences: [KeyDifference] = []
        func compare(_ part: String, _ old: String?, _ new: String?) {
            if old != new { differences.append(KeyDifference(part: part, old: old, new: new)) }
        }
        compare("stage", old.stage, new.stage)
        compare("version", "\(old.version)", "\(new.version)")
        let oldParts = Dictionary(old.parts.map { ($0.name, $0) }) { first, _ in first }
        let newParts = Dictionary(new.parts.map { ($0.name, $0.value) }) { first, _ in first }
        for name in Set(oldParts.keys).union(newParts.keys).sorted() {
            guard oldParts[name]?.digest != newParts[name]?.contentDigest else { continue }
            differences.append(
                KeyDifference(part: name, old: oldParts[name]?.readable, new: newParts[name]?.readable))
        }
        let oldInputs = Dictionary(old.inputs.map { ($0.name, $0.digest.short) }) { first, _ in first }
        for input in new.inputs { compare("input \(input.name)", oldInputs[input.name], input.digest.short) }
        let remaining = Set(new.inputs.map(\.name))
        for input in old.inputs where !remaining.contains(input.name) {
            compare("input \(input.name)", input.digest.short, nil)
        }
        if differences.isEmpty, old.digest != new.digest {
            compare("order of the inputs", names(old.inputs), names(new.inputs))
        }
        return differences
    }

    private static func names(_ inputs: [ActionInput]) -> String { inputs.map(\.name).joined(separator: ", ") }
}
