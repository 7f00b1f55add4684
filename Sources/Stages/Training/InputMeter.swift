import AnomalyDetection
import Pipeline
import Synchronization

/// Adds up how long the training of a run took, and how much of that it waited for input.
public final class InputMeter: SharedResource {
    private let timing = Mutex(Trainer.Timing())

    public init() {}

    func add(_ shard: Trainer.Timing) {
        timing.withLock { total in
            total.steps += shard.steps
            total.totalSeconds += shard.totalSeconds
            total.waitingSeconds += shard.waitingSeconds
        }
    }

    /// Nil where nothing was trained.
    public var training: Trainer.Timing? { timing.withLock { $0.steps > 0 ? $0 : nil } }
}
