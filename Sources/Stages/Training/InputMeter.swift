import AnomalyDetection
import Pipeline
import Synchronization

/// Accumulates the training time of a run, and the time spent waiting for input.
package final class InputMeter: SharedResource {
    private let timing = Mutex(Trainer.Timing())

    package init() {}

    package func add(_ shard: Trainer.Timing) {
        timing.withLock { total in
            total.steps += shard.steps
            total.totalSeconds += shard.totalSeconds
            total.waitingSeconds += shard.waitingSeconds
        }
    }

    /// Nil if nothing was trained.
    package var training: Trainer.Timing? { timing.withLock { $0.steps > 0 ? $0 : nil } }
}
