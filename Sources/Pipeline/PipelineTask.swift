/// One node of a task graph: a stage applied to inputs.
public struct PipelineTask: Sendable {
    public let id: TaskID
    public let stage: any Stage
    /// Ordered: the order is part of the task's key.
    public let inputs: [TaskInput]
    public let resources: TaskResources
    /// True if only other tasks use what it makes. Such a result counts as done even if its blobs were removed; they are made
    /// again when a task that reads them runs.
    public let isIntermediate: Bool

    public init(
        id: TaskID, stage: any Stage, inputs: [TaskInput], resources: TaskResources = .light,
        isIntermediate: Bool = false
    ) {
        self.id = id
        self.stage = stage
        self.inputs = inputs
        self.resources = resources
        self.isIntermediate = isIntermediate
    }

    var stageName: String { type(of: stage).name }
}
