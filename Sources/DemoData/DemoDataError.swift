/// Why a demo data set cannot be made.
public enum DemoDataError: Error, Equatable, Sendable {
    /// A parameter is outside its range.
    case parameterOutOfRange(name: String, value: Int, allowed: ClosedRange<Int>)
}

extension DemoDataError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .parameterOutOfRange(let name, let value, let allowed):
            "The demo data parameter '\(name)' is \(value), expected \(allowed.lowerBound) to \(allowed.upperBound); "
                + "choose a value in this range."
        }
    }
}
