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
        case gap(position: Int64)
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
            case .gap(let position): "entry \(position) of the history was removed"
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
}
