import ContentStore

/// What the store has for a task whose key is known.
enum ActionLookup: Sendable {
    case found(ActionResult)
    /// The result is known, but the blob of this output or reference is gone.
    case lost(String)
    case unknown

    /// Looks up many tasks at once, and whether every blob of their results is there.
    static func lookUp(
        _ tasks: [PipelineTask], keys: [Digest], in store: ContentStore
    ) throws(StoreError) -> [ActionLookup] {
        let results = try store.lookUp(keys)
        return zip(tasks, keys).map { task, key in
            guard let result = results[key], result.outputs.map(\.name) == task.stage.outputs else { return .unknown }
            if let output = result.outputs.first(where: { !store.contains($0.digest) }) { return .lost(output.name) }
            if let reference = result.references.first(where: { !store.contains($0) }) { return .lost(reference.short) }
            return .found(result)
        }
    }
}
