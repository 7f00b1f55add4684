/// What one stage of the pipeline cost.
public struct StageTime: Sendable, Equatable {
    public var stage: String
    /// Summed over the stage's tasks that ran; cached tasks cost nothing.
    public var seconds: Double
    public var tasksRun: Int
    public var tasksCached: Int

    public init(stage: String, seconds: Double, tasksRun: Int, tasksCached: Int) {
        self.stage = stage
        self.seconds = seconds
        self.tasksRun = tasksRun
        self.tasksCached = tasksCached
    }
}
