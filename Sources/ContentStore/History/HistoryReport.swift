/// The result of auditing a store's history.
public struct HistoryReport: Sendable, Equatable {
    /// A sign of changes that the program did not make.
    public enum Fault: Sendable, Equatable, CustomStringConvertible {
        /// The row has changed since it was recorded.
        case edited(what: String, row: Int64, position: Int64)
        /// The result of the attempt has changed since it was recorded.
        case resultEdited(what: String, row: Int64, position: Int64)
        case removed(what: String, row: Int64, position: Int64)
        /// No entry refers to the row.
        case added(what: String, row: Int64)
        /// The entry does not follow from its predecessor: it was edited or moved.
        case broken(position: Int64)
        case gap(first: Int64, last: Int64)
        /// The number of the last entry was edited.
        case counter
        /// There are more entries about the row than the program writes.
        case vouchedAgain(what: String, row: Int64, position: Int64)
        /// The action has a result without a successful attempt.
        case unvouchedResult(action: Int64)
        /// A later run recomputed a result and got another one, which is stored now.
        case madeOtherwise(task: String, run: Int64, by: Int64)
        /// The task list of a run was edited.
        case taskListEdited(row: Int64)
        /// The history lacks an entry that was recorded elsewhere.
        case otherHistory(HistoryHead)

        public var description: String {
            switch self {
            case .edited(let what, let row, let position):
                "the \(what) \(row) was edited after it was recorded in entry \(position) of the history"
            case .resultEdited(let what, let row, let position):
                "the inputs or outputs of the \(what) \(row) were edited after they were recorded in entry \(position) of the history"
            case .removed(let what, let row, let position):
                "the \(what) \(row) was removed; it is recorded in entry \(position) of the history"
            case .added(let what, let row): "the \(what) \(row) was inserted: no entry of the history records it"
            case .broken(let position):
                "entry \(position) of the history does not follow from its predecessor: it was edited or moved"
            case .gap(let first, let last):
                first == last
                    ? "entry \(first) of the history was removed"
                    : "entries \(first) to \(last) of the history were removed"
            case .counter:
                "the number of the last entry of the history was edited: entries may have been removed from its end"
            case .vouchedAgain(let what, let row, let position):
                "entry \(position) of the history records the \(what) \(row) again: the row was edited and the entry inserted"
            case .unvouchedResult(let action):
                "the action \(action) has a result but no successful attempt: the result was inserted"
            case .madeOtherwise(let task, let run, let latter):
                "\(task): the result of run \(run) is no longer stored: run \(latter) recomputed it and got another one"
            case .taskListEdited(let row): "the task list \(row) of a run was edited"
            case .otherHistory(let head):
                "the history lacks the entry \(head.position) with the link \(head.link): it is another store's "
                    + "history, or was rewritten from some entry on"
            }
        }
    }

    public let entries: Int
    /// Nil if the history is empty.
    public let head: HistoryHead?
    public let faults: [Fault]

    public var isSound: Bool { faults.isEmpty }

    /// Faults that indicate edits. A recomputed result that differs is not one.
    public var edits: [Fault] { faults.filter { if case .madeOtherwise = $0 { false } else { true } } }
}
