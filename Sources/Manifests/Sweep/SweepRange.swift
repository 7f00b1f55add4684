/// The numbers between two bounds, both included.
public struct SweepRange: Sendable, Equatable {
    /// Below `max`; above 0 on a logarithmic scale, and at least 1 for whole numbers there.
    public let min: JSONNumber
    public let max: JSONNumber
    /// True if draws are uniform in the logarithm of the value, and not in the value.
    public let isLogarithmic: Bool
    /// True if whole numbers alone are drawn.
    public let isInteger: Bool

    /// - Parameter object: a range that follows the schema.
    init(_ object: JSONValue) {
        guard let min = object["min"]?.number, let max = object["max"]?.number else {
            fatalError("a range must have numbers as min and max after validation")
        }
        self.min = min
        self.max = max
        isLogarithmic = object["scale"]?.string == "log"
        isInteger = object["integer"]?.bool == true
    }
}
