import ContentStore
import Host

/// The record of a run so far, apart from the states of its tasks: failures, warnings, recomputed results and times.
struct ExecutionTally {
    private let startSeconds = HostClock.monotonicSeconds()
    private var failures: [Int: String] = [:]
    private var warnings: [Int: [String]] = [:]
    private var checks: [(task: Int, difference: Result<String?, any Error>)] = []
    private var stageTimes: [String: (tasks: Int, seconds: Double)] = [:]

    /// Seconds per task of each stage.
    var meanSeconds: [String: Double] { stageTimes.mapValues { $0.seconds / Double($0.tasks) } }

    mutating func note(_ error: any Error, of task: Int) { failures[task] = "\(error)" }

    mutating func note(warnings texts: [String], of task: Int) { warnings[task] = texts.isEmpty ? nil : texts }

    /// - Parameter difference: between a stored result and the recomputed one; nil if they are equal.
    mutating func note(_ difference: Result<String?, any Error>, ofChecked task: Int) {
        checks.append((task, difference))
    }

    mutating func note(seconds: Double, of stage: String) {
        let known = stageTimes[stage, default: (0, 0)]
        stageTimes[stage] = (known.tasks + 1, known.seconds + seconds)
    }

    func summary(
        of execution: Int64, _ counts: TaskCounts, isCancelled: Bool, _ resolver: ActionResolver
    ) -> ExecutionSummary {
        let graph = resolver.graph
        let decided = checks.filter { !Self.isUndecided($0.difference) }
        return ExecutionSummary(
            execution: execution, counts: counts, isCancelled: isCancelled, checkedCount: decided.count,
            uncheckedCount: checks.count - decided.count,
            differences: decided.sorted { $0.task < $1.task }.compactMap { check in
                let task = graph.tasks[check.task].id
                return switch check.difference {
                case .success(let text): text.map { ExecutionSummary.Failure(task: task, message: $0) }
                case .failure(let error):
                    ExecutionSummary.Failure(task: task, message: "recomputing the stored result failed: \(error)")
                }
            },
            failures: failures.sorted { $0.key < $1.key }.map {
                ExecutionSummary.Failure(task: graph.tasks[$0.key].id, message: $0.value)
            },
            warnings: warnings.sorted { $0.key < $1.key }.flatMap { task, texts in
                texts.map { ExecutionSummary.Warning(task: graph.tasks[task].id, text: $0) }
            },
            durationSeconds: HostClock.monotonicSeconds() - startSeconds,
            secondsByStage: stageTimes.mapValues(\.seconds), resolver: resolver)
    }

    /// True if a stored result could not be recomputed because its inputs were collected or the run was cancelled.
    private static func isUndecided(_ difference: Result<String?, any Error>) -> Bool {
        guard case .failure(let error) = difference else { return false }
        switch error as? StoreError {
        case .missingBlob, .damagedBlob: return true
        default: return error as? PipelineError == .cancelled
        }
    }
}
