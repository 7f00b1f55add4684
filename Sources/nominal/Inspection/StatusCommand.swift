import ArgumentParser
import Console
import ContentStore
import Glibc

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show active runs: tasks, rate and time left.",
        discussion: """
            Only reads the store and never disturbs a run. With --follow it continues until no run is active, and \
            exits with 1 if one of the runs that it saw did not succeed.

            Examples:
              nominal status
              nominal status --follow
            """)

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .shortAndLong, help: "Continue until no run is active.")
    var follow = false

    @Option(help: ArgumentHelp("Seconds between updates, with --follow.", valueName: "seconds"))
    var interval = 1.0

    func validate() throws {
        guard interval >= 0.1, interval <= 3600 else {
            throw ValidationError("--interval is \(interval); expected 0.1 to 3600 seconds")
        }
    }

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let view = StatusView(store: store)
        let isTerminal = isatty(1) == 1
        var followed: Set<Int64> = []
        var last = ""
        while true {
            let records = try store.executionsUnderWay()
            followed.formUnion(records.map(\.number))
            if records.isEmpty { break }
            let text = try records.map(view.text).joined(separator: "\n")
            // A terminal shows the current state; a file gets the changes.
            if isTerminal && follow { StandardOutput.clearScreen() }
            if isTerminal || text != last { print(text) }
            last = text
            guard follow, !StandardOutput.hasFailed else { return }
            usleep(UInt32(interval * 1e6))
        }
        guard follow, !followed.isEmpty else { return print(try view.idle(storeOptions.path)) }
        let ended = try followed.sorted().compactMap { try store.execution($0) }
        for record in ended { print(view.ending(record)) }
        if ended.contains(where: { $0.outcome != "succeeded" }) {
            throw ExitCode(ExitStatus.taskFailed.rawValue)
        }
    }
}

/// Text about active runs: the run, the totals of its tasks, and a line per running or waiting task.
struct StatusView {
    private static let mostTasks = 20
    let store: ContentStore

    func text(_ record: ExecutionRecord) throws -> String {
        var lines = [
            "\(RunText.owner(record)), \(RunText.outcome(record)): \(record.command)"
        ]
        if let counts = record.counts { lines.append("  " + overall(counts, Timestamp.secondsSince(record.startedAt))) }
        let tasks = try store.runningTasks(record.number)
        for task in tasks.prefix(Self.mostTasks) { lines.append("    \(task.task)  " + describe(task)) }
        if tasks.count > Self.mostTasks { lines.append("    and \(tasks.count - Self.mostTasks) more") }
        return lines.joined(separator: "\n")
    }

    func idle(_ path: String) throws -> String {
        guard let last = try store.executions(limit: 1).first else { return "no run has used the store \(path) yet" }
        return "no run is active; the last one: " + ending(last)
    }

    func ending(_ record: ExecutionRecord) -> String {
        "run \(record.number) \(RunText.outcome(record)): \(record.command)"
            + (record.counts.map { "\n     " + RunText.counts($0) } ?? "")
    }

    private func overall(_ counts: TaskCounts, _ seconds: Double) -> String {
        let over = counts.run + counts.cached + counts.failed + counts.skipped
        var text = ProgressDisplay.bar(over, of: counts.total) + " \(RunText.counts(counts))"
        if counts.run > 0, seconds > 0 {
            text += ", " + ProgressDisplay.short(Double(counts.run) / seconds) + " tasks/s"
        }
        if let left = counts.remainingSeconds { text += ", about \(ProgressDisplay.readable(left)) left" }
        return text
    }

    private func describe(_ task: RunningTask) -> String {
        let seconds = ProgressDisplay.readable(Timestamp.secondsSince(task.since))
        switch task.state {
        case .running:
            guard let expected = task.expectedSeconds, expected >= 1 else { return "for \(seconds)" }
            return "for \(seconds) of about \(ProgressDisplay.readable(expected))"
        case .waiting(let holder, let other):
            return "waits for \(seconds)"
                + (holder == 0 ? " for another run" : ": run \(holder) computes it as \(other)")
        }
    }
}
