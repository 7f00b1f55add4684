import ContentStore

/// What a night would begin with, before anything is screened.
public struct NightPreview: Sendable {
    public let baseCount, incomingCount: Int
    /// Files that no night has seen, each content once.
    public let newBase, newIncoming: [String]

    public init(_ images: NightImages, known: [KnownArrival]) {
        (baseCount, incomingCount) = (images.base.count, images.incoming.count)
        newBase = images.newBase(known).map(\.file)
        newIncoming = images.newIncoming(known).map(\.file)
    }
}
