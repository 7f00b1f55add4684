import ContentStore
import Pipeline

/// Collects tasks. What two cases of a job have in common, being the same stage with the same parameters on the same inputs,
/// becomes one task.
struct GraphAssembler {
    private(set) var tasks: [PipelineTask] = []
    private var known: [Digest: TaskID] = [:]
    private var names = Set<String>()

    /// - Returns: the task's name, which is an earlier task's where that does the same.
    mutating func add(
        _ name: String, _ stage: any Stage, inputs: [TaskInput] = [], resources: TaskResources = .light,
        isIntermediate: Bool = false
    ) -> TaskID {
        let sources = inputs.map { input -> KeyPart in
            switch input.source {
            case .blob(let digest): KeyPart(input.name, .digest(digest))
            case .output(let task, let output): KeyPart(input.name, .list([.text(task.path), .text(output)]))
            }
        }
        let kind = type(of: stage)
        let identity = KeyValue.record([
            KeyPart("stage", kind.name), KeyPart("parameters", .record(stage.parameters)),
            KeyPart("inputs", .record(sources)),
        ]).contentDigest
        if let task = known[identity] { return task }
        // Variants may want the same thing done differently: then the later one carries a part of what it differs by.
        let id = TaskID(names.insert(name).inserted ? name : "\(name)-\(identity.short)")
        known[identity] = id
        tasks.append(
            PipelineTask(id: id, stage: stage, inputs: inputs, resources: resources, isIntermediate: isIntermediate))
        return id
    }
}

extension TaskInput {
    init(_ name: String, _ task: TaskID, _ output: String) { self.init(name: name, source: .output(task, output)) }
}
