import ArgumentParser
import Console
import ContentStore

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List the runs and their outcomes.",
        discussion: """
            The newest run comes last. Outcomes: running; succeeded; failed; missed a requirement of its manifest; \
            cancelled by a signal or by nominal cancel; interrupted, because its process died.

            Examples:
              nominal runs
              nominal runs --last 100 --json
            """)

    @OptionGroup var storeOptions: StoreOptions

    @Option(help: ArgumentHelp("Number of runs to list.", valueName: "count"))
    var last = 20

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func validate() throws {
        guard last > 0 else { throw ValidationError("--last is \(last); expected 1 or more") }
    }

    func run() throws {
        let records = try storeOptions.openExisting(.readOnly).executions(limit: last).reversed()
        if json {
            for record in records { print(try RunLine(record).jsonText()) }
            return
        }
        if records.isEmpty { return StandardError.write("no run has used the store \(storeOptions.path) yet") }
        for record in records {
            print(
                "\(record.number)  \(Timestamp.text(record.startedAt))  \(RunText.outcome(record))  \(record.command)"
            )
            if let counts = record.counts { print("     \(RunText.counts(counts))") }
        }
    }
}

/// The JSON form of a run.
private struct RunLine: Encodable {
    let run: Int64
    let command, versions, host, outcome: String
    let process: Int32
    let startedAt: String
    let durationSeconds: Double?
    let tasks, tasksRun, tasksCached, tasksFailed, tasksSkipped: Int?

    init(_ record: ExecutionRecord) {
        (run, command, versions, host) = (record.number, record.command, record.versions, record.host)
        (outcome, process) = (record.outcome, record.process.number)
        startedAt = Timestamp.iso8601(record.startedAt)
        durationSeconds = record.finishedAt.map { Double($0 - record.startedAt) / 1e9 }
        tasks = record.counts?.total
        tasksRun = record.counts?.run
        tasksCached = record.counts?.cached
        tasksFailed = record.counts?.failed
        tasksSkipped = record.counts?.skipped
    }
}

/// Text about the outcome of runs.
enum RunText {
    /// Returns text such as "succeeded in 12 s".
    static func outcome(_ record: ExecutionRecord) -> String {
        if record.isRunning {
            return "running for \(ProgressDisplay.readable(Timestamp.secondsSince(record.startedAt)))"
        }
        guard let finished = record.finishedAt else { return record.outcome }
        let preposition = record.outcome == "succeeded" ? "in" : "after"
        let outcome =
            record.outcome == ExecutionOutcome.requirementMissed.rawValue ? "missed a requirement" : record.outcome
        return "\(outcome) \(preposition) "
            + ProgressDisplay.readable(Double(finished - record.startedAt) / 1e9)
    }

    static func counts(_ counts: TaskCounts) -> String {
        var text = "\(counts.total) tasks: \(counts.run) run, \(counts.cached) cached"
        if counts.failed > 0 { text += ", \(counts.failed) failed" }
        if counts.skipped > 0 { text += ", \(counts.skipped) not started" }
        return text
    }

    static func owner(_ record: ExecutionRecord) -> String {
        "run \(record.number) (process \(record.process.number) on \(record.host))"
    }
}
