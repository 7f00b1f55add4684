import ArgumentParser
import ContentStore

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Lists the runs on a store: when, what, how they ended, how many tasks.",
        discussion: """
            The newest run comes last. A run is under way, succeeded, failed, missed a requirement of its manifest, was cancelled
            (by a signal or by nominal cancel), or was interrupted: its process died.

            Examples:
              nominal runs
              nominal runs --last 100 --json
            """)

    @OptionGroup var storeOptions: StoreOptions

    @Option(help: ArgumentHelp("How many runs to list.", valueName: "count"))
    var last = 20

    @Flag(help: "Print one JSON object for each run, a line each.")
    var json = false

    func validate() throws {
        guard last > 0 else { throw ValidationError("--last is \(last); expected 1 or more") }
    }

    func run() throws {
        try failing {
            let records = try storeOptions.open(.readOnly).executions(limit: last).reversed()
            if json {
                for record in records { print(try RunLine(record).json) }
                return
            }
            if records.isEmpty { return StandardError.write("no run has used the store \(storeOptions.path) yet") }
            for record in records {
                print(
                    "\(record.number)  \(Moment.text(record.startedAt))  \(RunWords.outcome(record))  \(record.command)"
                )
                if let counts = record.counts { print("     \(RunWords.counts(counts))") }
            }
        }
    }
}

/// A run as a line of JSON.
private struct RunLine: JSONLine {
    let run: Int64
    let command, versions, host, outcome: String
    let process: Int32
    let startedAt: String
    let durationSeconds: Double?
    let tasks, tasksRun, tasksCached, tasksFailed, tasksSkipped: Int?

    init(_ record: ExecutionRecord) {
        (run, command, versions, host) = (record.number, record.command, record.versions, record.host)
        (outcome, process) = (record.outcome, record.process.number)
        startedAt = Moment.iso8601(record.startedAt)
        durationSeconds = record.finishedAt.map { Double($0 - record.startedAt) / 1e9 }
        tasks = record.counts?.total
        tasksRun = record.counts?.run
        tasksCached = record.counts?.cached
        tasksFailed = record.counts?.failed
        tasksSkipped = record.counts?.skipped
    }
}
