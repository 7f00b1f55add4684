import ContentStore
import Pipeline
import Synchronization

/// Receives the result of each image as soon as a task of this process knows it. A task that is repeated reports its
/// images again; one whose result is reused reports none.
package final class ScoreListener: SharedResource {
    package enum Report: Sendable {
        case scored(ScoreIndex.Entry)
        /// An image that was set aside.
        case rejected(ImageIndex.Entry)
    }

    private let receiver = Mutex<(@Sendable (Report) -> Void)?>(nil)

    package init() {}

    /// Sets the receiver of later results. Calls come from the tasks' threads.
    package func listen(_ receiver: @escaping @Sendable (Report) -> Void) {
        self.receiver.withLock { $0 = receiver }
    }

    func tell(_ report: Report) {
        let receiver = receiver.withLock { $0 }
        receiver?(report)
    }
}
