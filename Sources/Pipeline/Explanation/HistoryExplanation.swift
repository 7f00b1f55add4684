import ContentStore

/// Why a task ran in some run, from the history: what in its key differed from its success before that; and, where that was
/// an input, why the task ran that made it, up to the first cause.
public struct HistoryExplanation: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public let task: String
        /// The run in which the task succeeded with this key.
        public let run: Int64
        /// The run that it is compared with; `nil` when the task had not succeeded before.
        public let before: Int64?
        /// Empty when the key was the same: then the result had been lost, or its stage declared other outputs.
        public let differences: [KeyDifference]
    }

    /// The task itself first, the first cause last.
    public let steps: [Step]

    /// - Parameters:
    ///   - run: the run to explain; `nil` for the last one in which the task succeeded.
    ///   - before: the run to compare with; `nil` for the success before.
    /// - Throws: `StoreError`; `nil` when the task has no result in that run.
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
            // A difference of the task's own is where the chain begins; an input is somebody else's output.
            guard let former, !differences.isEmpty, differences.allSatisfy(\.isInput) else { break }
            let known = Set(former.inputs)
            for input in key.inputs where next == nil && !known.contains(input) {
                next = try store.producer(of: input.digest, execution: new.run)
            }
        }
        guard !steps.isEmpty else { return nil }
        self.steps = steps
    }

    /// The key that a task had in a run, whether it ran or was cached; without a run, that of its last success.
    private static func key(
        _ task: String, _ run: Int64?, _ keys: TaskKeys?, _ jobs: [JobSummary]
    ) -> (run: Int64, action: Digest)? {
        guard let run else { return jobs.last.map { ($0.execution, $0.action) } }
        if let entry = keys?.entries.first(where: { $0.task == task }) { return (run, entry.key) }
        return jobs.last { $0.execution == run }.map { (run, $0.action) }
    }

    /// The last success that came earlier and had another key; else the last one with the same key, of a result that was lost.
    private static func success(
        before new: (run: Int64, action: Digest), _ jobs: [JobSummary]
    ) -> (run: Int64, action: Digest)? {
        let end = jobs.firstIndex { $0.action == new.action && $0.execution <= new.run } ?? 0
        let former = jobs[..<end].last ?? jobs.last { $0.execution < new.run && $0.action == new.action }
        return former.map { ($0.execution, $0.action) }
    }
}
