import ContentStore
import Pipeline
import Reports
import Stages

/// The cost of a run by stage: `timing.json`, and `timing.html` for people. They depend on clocks and the machine, so
/// they are not results: neither the store nor `exports.json` contains them, and only runs that executed tasks write
/// them.
package struct RunTiming: Codable, Equatable, Sendable {
    static let jsonName = "timing.json", pageName = ReportStage.timingPageName

    /// History: 1 = first; 2 = processor time.
    package static let version = 2

    /// The execution of a task in this run.
    package struct Observation: Sendable {
        /// The duration; nil for a reused result.
        package var seconds: Double?
        /// The peak memory of the process during the task, in MiB.
        package var peakMiB: Int?
        /// The processor time of all threads in seconds; nil for a task of another process.
        package var processorSeconds: Double?

        package init(seconds: Double? = nil, peakMiB: Int? = nil, processorSeconds: Double? = nil) {
            (self.seconds, self.peakMiB, self.processorSeconds) = (seconds, peakMiB, processorSeconds)
        }
    }

    package struct Stage: Codable, Equatable, Sendable {
        package var stage: String
        package var tasksRun, tasksCached: Int
        /// The sums over the executed tasks, and over the last execution of all tasks.
        package var seconds, secondsFromScratch: Double
        /// The processor time of the executed tasks in seconds; nil if it was not measured for one of them.
        package var processorSeconds: Double?
        /// The peak memory in the last run that executed a task of the stage, in MiB.
        package var peakMiB: Int?
    }

    /// The processor time of scoring.
    package struct Scoring: Codable, Equatable, Sendable {
        /// The number of images that were scored in this run.
        package var images: Int
        package var processorSecondsPerImage: Double

        /// Nil if no image was scored, or if the time of a task was not measured.
        package init?(
            _ graph: TaskGraph, _ summary: ExecutionSummary, observed: [TaskID: Observation], _ store: ContentStore
        ) throws {
            images = 0
            var seconds = 0.0
            for task in graph.tasks where task.stage is ScoreStage && observed[task.id]?.seconds != nil {
                guard let own = observed[task.id]?.processorSeconds else { return nil }
                guard let scores = summary.output(of: task.id, named: "scores.json") else { continue }
                seconds += own
                images += try StageJSON.decode(ScoreIndex.self, try store.read(scores)).entries.count
            }
            guard images > 0 else { return nil }
            processorSecondsPerImage = seconds / Double(images)
        }

        package var words: String {
            "\(images) images scored, \((processorSecondsPerImage * 10_000).rounded() / 10_000) CPU-seconds per image"
        }
    }

    package var format = RunTiming.version
    package var name, versions: String
    package var threads: Int
    /// The duration of the run.
    package var seconds: Double
    /// The stages in the order of the job.
    package var stages: [Stage]
    package var scoring: Scoring?

    /// - Parameters:
    ///   - observed: tasks of this run that have a result.
    ///   - folder: the results folder, whose earlier timing supplies the peak memory of stages that did not run.
    /// - Throws: `StoreError`.
    package init(
        _ job: Job, observed: [TaskID: Observation], seconds: Double, threads: Int, versions: String,
        scoring: Scoring?, history store: ContentStore, folder: String
    ) throws {
        self.scoring = scoring
        (name, self.versions, self.threads, self.seconds) = (job.name, versions, threads, seconds)
        let former =
            (try? AtomicFile.read(
                folder + "/" + RunTiming.jsonName, limitBytes: ResultFiles.timingLimitBytes)).flatMap {
                try? StageJSON.decode(RunTiming.self, $0)
            }
        let cached = job.graph.tasks.map(\.id).filter { observed[$0] != nil && observed[$0]?.seconds == nil }
        let lastSeconds = try store.lastDurations(ofTasks: cached.map(\.path))
        var stages: [Stage] = []
        var places: [String: Int] = [:]
        for task in job.graph.tasks {
            guard let seen = observed[task.id] else { continue }
            let name = type(of: task.stage).name
            let place = places[name] ?? stages.count
            if place == stages.count {
                places[name] = place
                stages.append(
                    Stage(
                        stage: name, tasksRun: 0, tasksCached: 0, seconds: 0, secondsFromScratch: 0, processorSeconds: 0
                    ))
            }
            if let seconds = seen.seconds {
                stages[place].tasksRun += 1
                stages[place].seconds += seconds
                stages[place].processorSeconds = stages[place].processorSeconds.flatMap { sum in
                    seen.processorSeconds.map { sum + $0 }
                }
                stages[place].secondsFromScratch += seconds
                stages[place].peakMiB = max(stages[place].peakMiB ?? 0, seen.peakMiB ?? 0)
            } else {
                stages[place].tasksCached += 1
                stages[place].secondsFromScratch += lastSeconds[task.id.path] ?? 0
            }
        }
        for place in stages.indices where stages[place].peakMiB == nil {
            stages[place].peakMiB = former?.stages.first { $0.stage == stages[place].stage }?.peakMiB
        }
        self.stages = stages
    }

    /// - Throws: `StoreError`.
    package func write(to folder: String) throws {
        _ = try AtomicFile.write(try StageJSON.pretty(self), to: folder + "/" + RunTiming.jsonName, onlyIfChanged: true)
        _ = try AtomicFile.write(
            Array(TimingPage.render(report).utf8), to: folder + "/" + RunTiming.pageName, onlyIfChanged: true)
    }

    private var report: TimingReport {
        TimingReport(
            title: name,
            facts: [
                Fact(label: "Whole run", value: "\((seconds * 10).rounded() / 10) s"),
                Fact(label: "Threads", value: "\(threads)"), Fact(label: "Versions", value: versions),
            ] + (scoring.map { [Fact(label: "Scoring", value: $0.words)] } ?? []),
            stages: stages.map {
                TimingReport.Stage(
                    name: $0.stage, tasksRun: $0.tasksRun, tasksCached: $0.tasksCached, seconds: $0.seconds,
                    secondsFromScratch: $0.secondsFromScratch, peakMiB: $0.peakMiB,
                    processorSeconds: $0.processorSeconds)
            })
    }
}
