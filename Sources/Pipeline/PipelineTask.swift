/// One node of a task graph: a stage applied to inputs.
public struct PipelineTask: Sendable {
    public let id: TaskID
    public let stage: any Stage
    /// Ordered: the order is part of the task's key.
    public let inputs: [TaskInput]
    public let resources: TaskResources

    public init(id: TaskID, stage: any Stage, inputs: [TaskInput], resources: TaskResources = .light) {
        self.id = id
        self.stage = stage
        self.inputs = inputs
        self.resources = resources
    }

    var stageName: String { type(of: stage).name }
}
