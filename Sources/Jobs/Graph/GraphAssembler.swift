import ContentStore
import Pipeline

/// A collector of tasks. Equal stages with equal settings and inputs become one task, which several cases of a job
/// share.
package struct GraphAssembler {
    package private(set) var tasks: [PipelineTask] = []
    private var known: [Digest: TaskID] = [:]
    private var names = Set<String>()
    private var memory: MemoryEstimate?

    package init() {}

    /// Estimates the memory of the tasks that are added from now on; they make and use a model of this recipe.
    ///
    /// - Parameter hasTextures: True if corruptions take foreign textures.
    package mutating func estimateMemory(_ recipe: TrainingRecipe, hasTextures: Bool) {
        memory = MemoryEstimate(recipe, hasTextures: hasTextures)
    }

    /// Adds a task unless an equal one exists.
    ///
    /// - Returns: the identifier of the added or the existing task.
    package mutating func add(
        _ name: String, _ stage: any Stage, inputs: [TaskInput] = [], sources: [String: FileLocation] = [:],
        resources: TaskResources = .light, isIntermediate: Bool = false, rank: Int = 0
    ) -> TaskID {
        let task = PipelineTask(
            id: TaskID(name), stage: stage, inputs: inputs, sources: sources, resources: resources,
            isIntermediate: isIntermediate, rank: rank, memory: memory?.task(stage) ?? .small)
        let identity = ActionKey.digest(
            stage: type(of: stage).name, version: type(of: stage).version, settingsDigest: task.settings,
            common: inputs.map(\.identity), inputs: [])
        if let known = known[identity] { return known }
        // Variants may use a name with other settings; the later task gets a suffix from its digest.
        let isNew = names.insert(name).inserted
        tasks.append(isNew ? task : task.renamed("\(name)-\(identity.short)"))
        known[identity] = tasks[tasks.count - 1].id
        return tasks[tasks.count - 1].id
    }
}

extension TaskInput {
    package init(_ name: String, _ task: TaskID, _ output: String) {
        self.init(name: name, source: .output(task, output))
    }

    fileprivate var identity: KeyPart {
        switch source {
        case .blob(let digest): KeyPart(name, .digest(digest))
        case .output(let task, let output): KeyPart(name, .list([.text(task.path), .text(output)]))
        }
    }
}
