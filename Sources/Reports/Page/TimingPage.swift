/// The content of ``TimingPage``: the costs of a run. They are measured by clocks, so ``RunReport`` excludes them.
public struct TimingReport: Sendable, Equatable {
    /// The costs of one stage of the pipeline.
    public struct Stage: Sendable, Equatable {
        public var name: String
        /// Numbers of tasks that ran now, and of tasks whose result was cached.
        public var tasksRun, tasksCached: Int
        /// Total time of the tasks that ran now.
        public var seconds: Double
        /// Total time of all tasks of the stage, each in its latest execution.
        public var secondsFromScratch: Double
        /// Peak memory of the process while a task of the stage ran; `nil` if it was not measured.
        public var peakMiB: Int?
        /// Processor time of the tasks that ran now, of all threads; `nil` if it was not measured.
        public var processorSeconds: Double?

        public init(
            name: String, tasksRun: Int, tasksCached: Int, seconds: Double, secondsFromScratch: Double, peakMiB: Int?,
            processorSeconds: Double? = nil
        ) {
            (self.name, self.tasksRun, self.tasksCached) = (name, tasksRun, tasksCached)
            (self.seconds, self.secondsFromScratch, self.peakMiB) = (seconds, secondsFromScratch, peakMiB)
            self.processorSeconds = processorSeconds
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

/// The page of a run's time and memory.
public enum TimingPage {
    /// Returns the page as UTF-8 text.
    public static func render(_ report: TimingReport) -> String {
        HTMLPage(
            title: "Time and memory: \(report.title)",
            description: "Costs of the run \(report.title) on this machine, by stage.", facts: report.facts
        ).render(heading: "Time and memory") {
            HTML("section") { charts(report.stages) }
            HTML("section") {
                HTML("h2") { "Stages" }
                HTML("p", ["class": "note"]) {
                    "Memory is measured for the whole process while a task of the stage ran, so concurrent stages share it. "
                        + "CPU time is that of all threads, shared equally by the tasks that ran at the same time."
                }
                HTML.scrolling("Stages", table(report.stages))
            }
        }
    }

    private static func charts(_ stages: [TimingReport.Stage]) -> HTML {
        HTML("div", ["class": "charts"]) {
            BarChart(
                title: "Time from scratch, summed over tasks", valueLabel: "seconds",
                bars: stages.map { stage in
                    BarChart.Bar(
                        label: stage.name, value: stage.secondsFromScratch,
                        note: NumberText.duration(seconds: stage.secondsFromScratch))
                }, emptyNote: "No stage has run."
            ).render()
            BarChart(
                title: "Peak memory of the process", valueLabel: "MiB",
                bars: stages.compactMap { stage in
                    stage.peakMiB.map { BarChart.Bar(label: stage.name, value: Double($0), note: "\($0) MiB") }
                }, emptyNote: "No memory was measured."
            ).render()
        }
    }

    private static func table(_ stages: [TimingReport.Stage]) -> HTML {
        HTML.table(
            class: "figures",
            ["Stage", "Run now", "Cached", "Time now", "CPU time now", "Time from scratch", "Peak memory"],
            stages.map { stage in
                [
                    stage.name, "\(stage.tasksRun)", "\(stage.tasksCached)",
                    NumberText.duration(seconds: stage.seconds),
                    stage.processorSeconds.map { NumberText.duration(seconds: $0) } ?? NumberText.missing,
                    NumberText.duration(seconds: stage.secondsFromScratch),
                    stage.peakMiB.map { "\($0) MiB" } ?? NumberText.missing,
                ]
            })
    }
}
