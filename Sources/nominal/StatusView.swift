import ContentStore

/// Runs under way as text: a line for the run, one for its tasks together, one for each task that is running or waits.
struct StatusView {
    private static let mostTasks = 20
    private let store: ContentStore

    init(_ store: ContentStore) { self.store = store }

    func text(_ record: ExecutionRecord) throws -> String {
        var lines = [
            "\(RunWords.owner(record)), \(RunWords.outcome(record)): \(record.command)"
        ]
        if let counts = record.counts { lines.append("  " + overall(counts, Moment.secondsSince(record.startedAt))) }
        let tasks = try store.runningTasks(record.number)
        for task in tasks.prefix(Self.mostTasks) { lines.append("    \(task.task)  " + describe(task)) }
        if tasks.count > Self.mostTasks { lines.append("    and \(tasks.count - Self.mostTasks) more") }
        return lines.joined(separator: "\n")
    }

    func idle(_ path: String) throws -> String {
        guard let last = try store.executions(limit: 1).first else { return "no run has used the store \(path) yet" }
        return "no run is under way; the last one: " + ending(last)
    }

    func ending(_ record: ExecutionRecord) -> String {
        "run \(record.number) \(RunWords.outcome(record)): \(record.command)"
            + (record.counts.map { "\n     " + RunWords.counts($0) } ?? "")
    }

    private func overall(_ counts: TaskCounts, _ seconds: Double) -> String {
        let over = counts.run + counts.cached + counts.failed + counts.skipped
        var text = ProgressDisplay.bar(over, of: counts.total) + " \(RunWords.counts(counts))"
        if counts.run > 0, seconds > 0 {
            text += ", " + ProgressDisplay.short(Double(counts.run) / seconds) + " tasks/s"
        }
        if let left = counts.remainingSeconds { text += ", about \(ProgressDisplay.readable(left)) left" }
        return text
    }

    private func describe(_ task: RunningTask) -> String {
        let seconds = ProgressDisplay.readable(Moment.secondsSince(task.since))
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
