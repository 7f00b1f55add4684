/// A varied key of the job manifest with its values.
public struct SweepParameter: Sendable, Equatable {
    public enum Choices: Sendable, Equatable {
        /// At least one, without duplicates.
        case values([JSONValue])
        case range(SweepRange)
    }

    /// The pointer of the key in the job manifest.
    public let pointer: JSONPointer
    public let choices: Choices

    /// - Parameter member: a member of `parameters` in a valid sweep.
    init(_ member: JSONMember) {
        guard let pointer = JSONPointer(parsing: member.name) else {
            fatalError("the parameter '\(member.name)' must be a JSON Pointer after validation")
        }
        self.pointer = pointer
        choices = member.value.elements.map(Choices.values) ?? .range(SweepRange(member.value))
    }

    /// The number of values; `nil` for a range of real numbers, or if it exceeds `Int`.
    public var valueCount: Int? {
        switch choices {
        case .values(let values): return values.count
        case .range(let range):
            guard range.isInteger, let lowest = range.min.integer, let highest = range.max.integer else { return nil }
            let (width, isOverflow) = highest.subtractingReportingOverflow(lowest)
            return isOverflow || width == .max ? nil : width + 1
        }
    }

    /// The JSON merge patch that sets the key to a value.
    func patch(_ value: JSONValue) -> JSONValue {
        pointer.tokens.reversed().reduce(value) {
            JSONValue(.object([JSONMember($1, $0, namePosition: value.position)]), at: value.position)
        }
    }
}

/// A closed range of numbers.
public struct SweepRange: Sendable, Equatable {
    /// Below `max`. On a logarithmic scale above 0, and at least 1 for integers.
    public let min: JSONNumber
    public let max: JSONNumber
    /// True if draws are uniform in the logarithm of the value.
    public let isLogarithmic: Bool
    /// True if only integers are drawn.
    public let isInteger: Bool

    /// - Parameter object: a range that satisfies the schema.
    init(_ object: JSONValue) {
        guard let min = object["min"]?.number, let max = object["max"]?.number else {
            fatalError("min and max of a range must be numbers after validation")
        }
        self.min = min
        self.max = max
        isLogarithmic = object["scale"]?.string == "log"
        isInteger = object["integer"]?.bool == true
    }
}

/// The selection of trials.
public enum SearchMethod: Sendable, Equatable {
    /// All combinations of the listed values.
    case grid
    /// Independent draws.
    case random(samples: Int, seed: UInt64)

    /// The maximum number of trials.
    static let trialLimit = 1000

    /// - Parameter object: the section `search` of the resolved sweep.
    init(_ object: JSONValue) {
        switch object.text("method") {
        case "random": self = .random(samples: object.whole("samples"), seed: UInt64(object.whole("seed")))
        default: self = .grid
        }
    }
}
