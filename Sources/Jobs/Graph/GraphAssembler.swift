import ContentStore
import Pipeline

/// Collects tasks. What two cases of a job have in common, being the same stage with the same parameters on the same inputs,
/// becomes one task.
package struct GraphAssembler {
    package private(set) var tasks: [PipelineTask] = []
    private var known: [Digest: TaskID] = [:]
    private var names = Set<String>()

    package init() {}

    /// - Returns: the task's name, which is an earlier task's where that does the same.
    package mutating func add(
        _ name: String, _ stage: any Stage, inputs: [TaskInput] = [], sources: [String: FileLocation] = [:],
        resources: TaskResources = .light, isIntermediate: Bool = false
    ) -> TaskID {
        let identity = ActionKey(
            stage: type(of: stage).name, version: type(of: stage).version, settingsDigest: stage.settingsDigest,
            settings: { [] }, common: inputs.map(\.identity), inputs: []
        ).digest
        if let task = known[identity] { return task }
        // Variants may want the same thing done differently: then the later one carries a part of what it differs by.
        let id = TaskID(names.insert(name).inserted ? name : "\(name)-\(identity.short)")
        known[identity] = id
        tasks.append(
            PipelineTask(
                id: id, stage: stage, inputs: inputs, sources: sources, resources: resources,
                isIntermediate: isIntermediate))
        return id
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
