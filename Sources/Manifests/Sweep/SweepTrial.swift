/// One of the settings that a sweep tries.
public struct SweepTrial: Sendable, Equatable {
    /// Unique within the sweep: "t001" for the first one.
    public let name: String
    /// In the order of the sweep's parameters.
    public let values: [JSONValue]

    /// - Parameter number: counted from 1.
    public init(number: Int, values: [JSONValue]) {
        let digits = "\(number)"
        name = "t" + String(repeating: "0", count: Swift.max(0, 3 - digits.count)) + digits
        self.values = values
    }

    private init(name: String, values: [JSONValue]) { (self.name, self.values) = (name, values) }

    /// The same trial with other words for its values.
    public func showing(_ values: [JSONValue]) -> SweepTrial { SweepTrial(name: name, values: values) }
}
