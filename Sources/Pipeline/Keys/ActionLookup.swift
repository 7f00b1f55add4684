import ContentStore
import Host

/// What the store has for a task whose key is known.
enum ActionLookup: Sendable {
    case found(ActionResult)
    /// The result is known, but the blob of this output or reference is gone.
    case lost(String, ActionResult)
    case unknown

    /// Looks up many tasks at once, and whether every blob of their results is there; those that are count as used.
    static func lookUp(
        _ tasks: [PipelineTask], keys: [Digest], in store: ContentStore, threads: Int = 1
    ) throws -> [ActionLookup] {
        let results = try store.lookUp(keys, threads: threads)
        return try ThreadTeam.inSlices(of: Array(zip(tasks, keys)), threads: threads, named: "look up") { pairs in
            try pairs.map { task, key in try ActionLookup(of: task, results[key], in: store) }
        }
    }

    /// What a result that is known for a task is worth. Throws `StoreError` where the file system does not say what is there.
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

    /// The result, if all of its blobs are there.
    var found: ActionResult? {
        if case .found(let result) = self { result } else { nil }
    }

    /// The result of a task that need not run now: one that is there, or one that only other tasks use, and whose blobs
    /// can be made again when one of these reads them.
    func settled(_ task: Int, in graph: TaskGraph) -> ActionResult? {
        switch self {
        case .found(let result): result
        case .lost(_, let result): graph.tasks[task].isIntermediate && !graph.consumers(of: task).isEmpty ? result : nil
        case .unknown: nil
        }
    }
}
