import ContentStore

/// What a night would begin with, before anything is screened.
public struct NightPreview: Sendable {
    public let baseCount, incomingCount: Int
    /// Files that no night has seen, each content once.
    public let newBase, newIncoming: [String]
    /// Images that earlier nights have seen and the model in production has not learned.
    public let unlearnedCount: Int

    /// - Parameter knowledge: nil where there is no store yet.
    public init(_ images: NightImages, _ knowledge: Roll.Knowledge?, date: CalendarDay) {
        let known = knowledge?.known ?? []
        (baseCount, incomingCount) = (images.base.count, images.incoming.count)
        let newBase = images.newBase(known)
        self.newBase = newBase.map(\.file)
        newIncoming = images.newIncoming(known).map(\.file)
        let unseen = Set(newBase.map(\.source))
        unlearnedCount =
            knowledge.map { knowledge in
                Roll(images, knowledge, arrivals: [], date: date).members.count {
                    $0.isNew && !unseen.contains($0.source)
                }
            } ?? 0
    }
}
