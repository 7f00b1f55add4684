/// What a run cost, as plain data for ``TimingPage``. It comes from clocks, so it is no part of the report.
public struct TimingReport: Sendable, Equatable {
    /// What one stage of the pipeline cost.
    public struct Stage: Sendable, Equatable {
        public var name: String
        /// Tasks of this run that ran, and those whose result was there already.
        public var tasksRun, tasksCached: Int
        /// Summed over the tasks that ran now.
        public var seconds: Double
        /// Summed over all tasks of the stage, each at the time when it last ran.
        public var secondsFromScratch: Double
        /// The most memory that the process held while a task of the stage ran; `nil` where none has run since it is measured.
        public var peakMiB: Int?

        public init(
            name: String, tasksRun: Int, tasksCached: Int, seconds: Double, secondsFromScratch: Double, peakMiB: Int?
        ) {
            (self.name, self.tasksRun, self.tasksCached) = (name, tasksRun, tasksCached)
            (self.seconds, self.secondsFromScratch, self.peakMiB) = (seconds, secondsFromScratch, peakMiB)
        }
    }

    public var title: String
    /// Versions, processor, threads.
    public var facts: [Fact]
    /// In the order of the pipeline.
    public var stages: [Stage]

    public init(title: String, facts: [Fact] = [], stages: [Stage] = []) {
        (self.title, self.facts, self.stages) = (title, facts, stages)
    }
}
