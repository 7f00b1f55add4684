import ContentStore
import Foundation
import Pipeline
import Reports

/// What a run cost, by stage: `timing.json`, and `timing.html` for people. Both come from clocks and the machine, so they are no
/// results: they are no blobs of the store, are not listed in `exports.json`, and are written only by runs that did something.
public struct RunTiming: Codable, Equatable, Sendable {
    static let jsonName = "timing.json", pageName = "timing.html"

    /// History: 1 = first.
    public static let version = 1

    /// What became of a task in this run.
    public struct Observation: Sendable {
        /// Nil for a task whose result was there already.
        public var seconds: Double?
        /// The most memory that the process held while the task ran.
        public var peakMiB: Int?

        public init(seconds: Double? = nil, peakMiB: Int? = nil) { (self.seconds, self.peakMiB) = (seconds, peakMiB) }
    }

    public struct Stage: Codable, Equatable, Sendable {
        public var stage: String
        public var tasksRun, tasksCached: Int
        /// Summed over the tasks that ran now, and over all tasks at the time when each last ran.
        public var seconds, secondsFromScratch: Double
        /// Of the last run in which a task of the stage ran.
        public var peakMiB: Int?
    }

    public var format = RunTiming.version
    public var name, versions: String
    public var threads: Int
    /// From the start of the run to its end.
    public var seconds: Double
    /// In the order of the job.
    public var stages: [Stage]

    /// - Parameters:
    ///   - observed: tasks of this run that have a result.
    ///   - folder: where an earlier run may have left memory that this one did not measure.
    /// - Throws: `StoreError`.
    public init(
        _ job: Job, observed: [TaskID: Observation], seconds: Double, threads: Int, versions: String,
        history store: ContentStore, folder: String
    ) throws {
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
                stages.append(Stage(stage: name, tasksRun: 0, tasksCached: 0, seconds: 0, secondsFromScratch: 0))
            }
            if let seconds = seen.seconds {
                stages[place].tasksRun += 1
                stages[place].seconds += seconds
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
    public func write(to folder: String) throws {
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
            ],
            stages: stages.map {
                TimingReport.Stage(
                    name: $0.stage, tasksRun: $0.tasksRun, tasksCached: $0.tasksCached, seconds: $0.seconds,
                    secondsFromScratch: $0.secondsFromScratch, peakMiB: $0.peakMiB)
            })
    }
}
