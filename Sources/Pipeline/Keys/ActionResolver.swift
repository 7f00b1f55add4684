import ContentStore

/// Resolves the inputs of tasks to content, and so to action keys, as soon as the outputs of their producers are
/// known. Stores one digest per output.
struct ActionResolver: Sendable {
    let graph: TaskGraph
    /// Further parts of every key, such as the version of the numerics.
    let keyParts: [KeyPart]
    private var outputs: [Digest?]
    private var keys: [Digest?]

    init(graph: TaskGraph, keyParts: [KeyPart]) {
        self.graph = graph
        self.keyParts = keyParts
        outputs = Array(repeating: nil, count: Int(graph.outputStarts[graph.count]))
        keys = Array(repeating: nil, count: graph.count)
    }

    func output(_ position: Int, of task: Int) -> Digest? { outputs[Int(graph.outputStarts[task]) + position] }

    /// Stores the outputs of a finished task, in the order in which its stage declares them.
    mutating func note(_ result: ActionResult, of task: Int) {
        let start = Int(graph.outputStarts[task])
        for (position, output) in result.outputs.enumerated() { outputs[start + position] = output.digest }
    }

    /// The inputs of a task by content. All its producers must have ended.
    func inputs(of task: Int) -> [ActionInput] {
        zip(graph.tasks[task].inputs, graph.resolvedInputs(of: task)).map { input, resolved in
            if case .blob(let digest) = input.source { return ActionInput(name: input.name, digest: digest) }
            guard let digest = output(Int(resolved.output), of: Int(resolved.producer)) else {
                fatalError("The key of \(graph.tasks[task].id) was asked for before its input \(input.name) was known")
            }
            return ActionInput(name: input.name, digest: digest)
        }
    }

    /// Stores the key of a task.
    mutating func note(key: Digest, of task: Int) { keys[task] = key }

    /// The known keys, in graph order.
    var taskKeys: TaskKeys {
        TaskKeys(
            keys.indices.compactMap { task in
                keys[task].map { TaskKeys.Entry(task: graph.tasks[task].id.path, key: $0) }
            })
    }

    /// The stored key of a task; `nil` before its inputs are known.
    func knownKey(of task: Int) -> Digest? { keys[task] }

    /// The digest of a task's key, equal to the digest of `key(of:)`.
    func keyDigest(of index: Int) -> Digest {
        let task = graph.tasks[index]
        return ActionKey.digest(
            stage: task.stageName, version: type(of: task.stage).version, settingsDigest: task.settings,
            common: keyParts, inputs: inputs(of: index))
    }

    func key(of task: Int) -> ActionKey {
        Self.key(graph.tasks[task], inputs: inputs(of: task), keyParts: keyParts)
    }

    static func key(_ task: PipelineTask, inputs: [ActionInput], keyParts: [KeyPart]) -> ActionKey {
        let stage = task.stage
        return ActionKey(
            stage: task.stageName, version: type(of: stage).version, settingsDigest: task.settings,
            settings: { stage.settings }, common: keyParts, inputs: inputs)
    }
}
