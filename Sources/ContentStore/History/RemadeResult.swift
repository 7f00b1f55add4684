/// A result that a run made or found, and that was made again since: what is stored is of the later attempt.
public struct RemadeResult: Sendable, Equatable {
    public let key: Digest
    public let task: String
    /// The run whose attempt counted when the run that is asked about ended; nil where the history does not say.
    public let formerRun: Int64?
    /// The run whose result is stored.
    public let latterRun: Int64
    /// True if both made the same, by the digests in the history; nil where the earlier one is not there.
    public let isEqual: Bool?
}
