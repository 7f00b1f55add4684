import ContentStore

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
            pairs.map { task, key in ActionLookup(of: task, results[key], in: store) }
        }
    }

    /// What a result that is known for a task is worth.
    init(of task: PipelineTask, _ result: ActionResult?, in store: ContentStore) {
        guard let result, result.outputs.map(\.name) == task.stage.outputs else {
            self = .unknown
            return
        }
        if let output = result.outputs.first(where: { !store.use($0.digest, sizeBytes: $0.sizeBytes) }) {
            self = .lost(output.name, result)
        } else if let reference = result.references.first(where: { !store.use($0) }) {
            self = .lost(reference.short, result)
        } else {
            self = .found(result)
        }
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
