/// A JSON number: the text as it was written, and its value in double precision.
///
/// Equality is numeric: `1`, `1.0` and `1e0` are equal. Whole numbers are compared exactly as far as `Int` reaches.
public struct JSONNumber: Sendable, Hashable {
    /// The number as written, for example `1e-3`.
    public let text: String
    /// The nearest double-precision value; always finite.
    public let double: Double
    /// The value, if it is whole and fits `Int`, as do `1.0` and `1e3`.
    public let integer: Int?

    public init(_ integer: Int) {
        self.text = String(integer)
        self.double = Double(integer)
        self.integer = integer
    }

    /// - Parameter double: a finite value.
    public init(_ double: Double) {
        guard double.isFinite else { fatalError("JSON has no number for \(double)") }
        self.double = double
        self.integer = Int(exactly: double)
        self.text = self.integer.map(String.init) ?? double.description
    }

    /// - Parameter text: a text that follows the JSON grammar for numbers. Nil beyond double precision.
    init?(validText text: String) {
        guard let double = Double(text), double.isFinite else { return nil }
        self.text = text
        self.double = double
        self.integer = Int(text) ?? Int(exactly: double)
    }

    /// True without a fractional part, however written.
    public var isWhole: Bool { integer != nil || double.rounded(.towardZero) == double }

    /// One text per numeric value: decimal digits for whole numbers within `Int`, else the shortest text that parses to
    /// the same double.
    public var canonicalText: String { integer.map(String.init) ?? double.description }

    public static func == (left: Self, right: Self) -> Bool {
        left.integer == right.integer && left.double == right.double
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(integer)
        hasher.combine(double)
    }

    /// Numeric order, exact for whole numbers within `Int`.
    package static func isLess(_ left: Self, _ right: Self) -> Bool {
        if let left = left.integer, let right = right.integer { return left < right }
        return left.double < right.double
    }

    /// True if the quotient is whole in double precision: 0.3 is not a multiple of 0.1.
    package func isMultiple(of divisor: Self) -> Bool {
        if let value = integer, let divisor = divisor.integer { return value.isMultiple(of: divisor) }
        if divisor.integer != nil { return double.truncatingRemainder(dividingBy: divisor.double) == 0 }
        let quotient = double / divisor.double
        return quotient.isFinite && quotient.rounded(.towardZero) == quotient
    }
}
