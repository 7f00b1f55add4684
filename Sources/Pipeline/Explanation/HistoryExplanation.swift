import ContentStore

/// An explanation of why a task ran in a past run: the differences between its key and the key of its previous
/// success. If an input differs, the explanation continues with the task that produced it, up to the first cause.
public struct HistoryExplanation: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public let task: String
        /// The run in which the task succeeded with this key.
        public let run: Int64
        /// The run to compare with; `nil` if the task had not succeeded before.
        public let before: Int64?
        /// Differences between the keys. Empty if they are equal: the result was lost, or the stage declared other
        /// outputs.
        public let differences: [KeyDifference]
    }

    /// The steps from the task itself to the first cause.
    public let steps: [Step]

    /// Explains a task; `nil` if it has no result in that run.
    ///
    /// - Parameters:
    ///   - run: The run to explain; `nil` for the last run in which the task succeeded.
    ///   - before: The run to compare with; `nil` for the previous success.
    /// - Throws: `StoreError`.
    public init?(task: String, run: Int64? = nil, against before: Int64? = nil, store: ContentStore) throws {
        let keys = try (run: run.flatMap { try store.taskKeys($0) }, before: before.flatMap { try store.taskKeys($0) })
        var steps: [Step] = []
        var next: String? = task
        var seen: Set<String> = []
        while let name = next, seen.insert(name).inserted {
            let jobs = try store.jobs(ofTask: name).filter { $0.status == "succeeded" }
            let new =
                Self.key(name, run, keys.run, jobs)
                ?? (steps.isEmpty ? nil : jobs.last.map { ($0.execution, $0.action) })
            guard let new, let key = try store.recordedKey(new.action) else { break }
            let old = before == nil ? Self.success(before: new, jobs) : Self.key(name, before, keys.before, jobs)
            let former = try old.flatMap { try store.recordedKey($0.action) }
            let differences = former.map { KeyDifference.between($0, key) } ?? []
            steps.append(
                Step(task: name, run: new.run, before: former == nil ? nil : old?.run, differences: differences))
            next = nil
            // The chain ends at a task whose own settings differ. A changed input leads to its producer.
            guard let former, !differences.isEmpty, differences.allSatisfy(\.isInput) else { break }
            let known = Set(former.inputs)
            for input in key.inputs where next == nil && !known.contains(input) {
                next = try store.producer(of: input.digest, execution: new.run)
            }
        }
        guard !steps.isEmpty else { return nil }
        self.steps = steps
    }

    /// The key of a task in a run, whether it ran or was cached; without a run, the key of its last success.
    private static func key(
        _ task: String, _ run: Int64?, _ keys: TaskKeys?, _ jobs: [JobSummary]
    ) -> (run: Int64, action: Digest)? {
        guard let run else { return jobs.last.map { ($0.execution, $0.action) } }
        if let entry = keys?.entries.first(where: { $0.task == task }) { return (run, entry.key) }
        return jobs.last { $0.execution == run }.map { (run, $0.action) }
    }

    /// The last earlier success with another key; otherwise the last one with the same key, whose result was lost.
    private static func success(
        before new: (run: Int64, action: Digest), _ jobs: [JobSummary]
    ) -> (run: Int64, action: Digest)? {
        let end = jobs.firstIndex { $0.action == new.action && $0.execution <= new.run } ?? 0
        let former = jobs[..<end].last ?? jobs.last { $0.execution < new.run && $0.action == new.action }
        return former.map { ($0.execution, $0.action) }
    }
}
