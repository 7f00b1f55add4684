/// What the examination of a store's history found.
public struct HistoryReport: Sendable, Equatable {
    /// Something that the program has not done.
    public enum Fault: Sendable, Equatable, CustomStringConvertible {
        /// A row says something else than when it was written.
        case edited(what: String, row: Int64, position: Int64)
        /// What an attempt made is recorded otherwise than when it was written.
        case resultEdited(what: String, row: Int64, position: Int64)
        case removed(what: String, row: Int64, position: Int64)
        /// A row that no entry vouches for.
        case added(what: String, row: Int64)
        /// An entry that does not follow from the one before it: it was edited, or put in another place.
        case broken(position: Int64)
        case gap(first: Int64, last: Int64)
        /// The number of the last entry was edited.
        case counter
        /// An entry more about a row than the program writes.
        case vouchedAgain(what: String, row: Int64, position: Int64)
        /// A result of an action of which no attempt succeeded.
        case unvouchedResult(action: Int64)
        /// What a run made was made again, and came out otherwise: only the latter is stored.
        case madeOtherwise(task: String, run: Int64, by: Int64)
        /// The list of the tasks of a run.
        case taskListEdited(row: Int64)
        /// The history does not lead through an entry that was kept elsewhere.
        case otherHistory(HistoryHead)

        public var description: String {
            switch self {
            case .edited(let what, let row, let position):
                "the \(what) \(row) was edited after entry \(position) of the history vouched for it"
            case .resultEdited(let what, let row, let position):
                "what the \(what) \(row) used or made was edited after entry \(position) of the history vouched for it"
            case .removed(let what, let row, let position):
                "the \(what) \(row) was removed; entry \(position) of the history vouches for it"
            case .added(let what, let row): "the \(what) \(row) was put in: no entry of the history vouches for it"
            case .broken(let position):
                "entry \(position) of the history does not follow from the one before it: it was edited or moved"
            case .gap(let first, let last):
                first == last
                    ? "entry \(first) of the history was removed"
                    : "entries \(first) to \(last) of the history were removed"
            case .counter:
                "the number of the last entry of the history was edited: entries may have been taken off its end"
            case .vouchedAgain(let what, let row, let position):
                "entry \(position) of the history vouches for the \(what) \(row) once more: the row was edited, and the entry put in"
            case .unvouchedResult(let action):
                "the action \(action) has a result, and no attempt at it has succeeded: the result was put in"
            case .madeOtherwise(let task, let run, let latter):
                "\(task): what run \(run) made is no longer what is stored: run \(latter) made it again, and it came out otherwise"
            case .taskListEdited(let row): "the list \(row) of the tasks of a run was edited"
            case .otherHistory(let head):
                "the history does not lead through entry \(head.position) with the link \(head.link): it is not the one "
                    + "that this was taken from, or everything from some entry on was written anew"
            }
        }
    }

    public let entries: Int
    /// Nil while nothing has happened yet.
    public let head: HistoryHead?
    public let faults: [Fault]

    public var isSound: Bool { faults.isEmpty }

    /// Faults that say that rows or entries were edited. That a result came out otherwise when it was made again is none of them.
    public var edits: [Fault] { faults.filter { if case .madeOtherwise = $0 { false } else { true } } }
}
