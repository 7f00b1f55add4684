/// An entry of the chain of the history.
struct ChainLink: Equatable {
    /// From 1 on, without gaps.
    let position: Int64
    let kind: HistoryKind
    /// The row's number in its table.
    let row: Int64
    /// Of what the row said.
    let record: Digest
    /// Of what the action had made, where the row is of an attempt that succeeded.
    let result: Digest?

    /// History: 1 = first.
    private static let version = 1

    /// What the next entry is chained to.
    func digest(after former: Digest?) -> Digest {
        var encoder = CanonicalEncoder()
        encoder.append(.text("history"))
        encoder.append(.integer(Self.version))
        encoder.append(.list([former, record, result].map { $0.map(KeyValue.digest) ?? .flag(false) }))
        encoder.append(.list([.integer(Int(position)), .integer(Int(kind.rawValue)), .integer(Int(row))]))
        return Digest.of(encoder.bytes)
    }
}
