/// What the page shows of the card of a model, which lies beside it.
public struct ModelCardReport: Sendable, Equatable {
    /// Sentences.
    public var limits: [String]
    /// The card for people and for programs: paths relative to the page, as they are on the disk.
    public var page, data: String

    public init(limits: [String], page: String, data: String) {
        (self.limits, self.page, self.data) = (limits, page, data)
    }
}
