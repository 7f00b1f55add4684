import ContentStore
import Datasets
import Manifests
import ModelRegistry
import Stages

/// The images that a night would start with, before screening.
package struct NightPreview: Sendable {
    package let baseCount, incomingCount: Int
    /// Files that no night has seen, without exact copies.
    package let newBase, newIncoming: [String]
    /// The number of images from earlier nights that the model in production was not trained on.
    package let unlearnedCount: Int

    /// - Parameter knowledge: nil if there is no store yet.
    package init(_ images: NightImages, _ knowledge: Roll.Knowledge?, date: CalendarDay) {
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
