/// A key of the job's manifest that a sweep varies, and what it tries for it.
public struct SweepParameter: Sendable, Equatable {
    /// What a trial takes its value from.
    public enum Choices: Sendable, Equatable {
        /// At least one, each once.
        case values([JSONValue])
        case range(SweepRange)
    }

    /// Where the key stands in the job's manifest.
    public let pointer: JSONPointer
    public let choices: Choices

    /// - Parameter member: of the section `parameters` of a sweep that passed every check.
    init(_ member: JSONMember) {
        guard let pointer = JSONPointer(parsing: member.name) else {
            fatalError("a checked sweep must have JSON Pointers as parameters, not '\(member.name)'")
        }
        self.pointer = pointer
        choices = member.value.elements.map(Choices.values) ?? .range(SweepRange(member.value))
    }

    /// How many values there are to try; nil for a range of real numbers, or more than `Int` holds.
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
