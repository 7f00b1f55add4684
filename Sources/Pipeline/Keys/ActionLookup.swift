import ContentStore
import Host

/// The stored result of a task with a known key.
enum ActionLookup: Sendable {
    case found(ActionResult)
    /// The result is known, but the blob of this output or reference is missing.
    case lost(String, ActionResult)
    case unknown

    /// Looks up many tasks at once and checks that all blobs of their results exist. Marks those results as used.
    static func lookUp(
        _ tasks: [PipelineTask], keys: [Digest], in store: ContentStore, threads: Int = 1
    ) throws -> [ActionLookup] {
        let results = try store.lookUp(keys, threads: threads)
        return try ThreadTeam.inSlices(of: Array(zip(tasks, keys)), threads: threads, named: "look up") { pairs in
            try pairs.map { task, key in try ActionLookup(of: task, results[key], in: store) }
        }
    }

    /// Checks that a result declares the task's outputs and that its blobs exist. Throws `StoreError` if the file
    /// system does not answer.
    init(of task: PipelineTask, _ result: ActionResult?, in store: ContentStore) throws(StoreError) {
        guard let result, result.outputs.map(\.name) == task.stage.outputs else {
            self = .unknown
            return
        }
        for output in result.outputs where try !store.use(output.digest, sizeBytes: output.sizeBytes) {
            self = .lost(output.name, result)
            return
        }
        for reference in result.references where try !store.use(reference) {
            self = .lost(reference.short, result)
            return
        }
        self = .found(result)
    }

    /// The result, if all of its blobs exist.
    var found: ActionResult? {
        if case .found(let result) = self { result } else { nil }
    }

    /// The result of a task that need not run now: all its blobs exist, or it is intermediate and its blobs can be
    /// recomputed when a task reads them.
    func settled(_ task: Int, in graph: TaskGraph) -> ActionResult? {
        switch self {
        case .found(let result): result
        case .lost(_, let result): graph.tasks[task].isIntermediate && !graph.consumers(of: task).isEmpty ? result : nil
        case .unknown: nil
        }
    }
}
