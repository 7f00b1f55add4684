import ContentStore

/// Runs in words.
enum RunWords {
    /// Such as "succeeded in 12 s".
    static func outcome(_ record: ExecutionRecord) -> String {
        if record.isRunning {
            return "under way for \(ProgressDisplay.readable(Moment.secondsSince(record.startedAt)))"
        }
        guard let finished = record.finishedAt else { return record.outcome }
        let preposition = record.outcome == "succeeded" ? "in" : "after"
        let outcome =
            record.outcome == ExecutionOutcome.requirementMissed.rawValue ? "missed a requirement" : record.outcome
        return "\(outcome) \(preposition) "
            + ProgressDisplay.readable(Double(finished - record.startedAt) / 1e9)
    }

    static func counts(_ counts: TaskCounts) -> String {
        var text = "\(counts.total) tasks: \(counts.run) run, \(counts.cached) done already"
        if counts.failed > 0 { text += ", \(counts.failed) failed" }
        if counts.skipped > 0 { text += ", \(counts.skipped) not started" }
        return text
    }

    static func owner(_ record: ExecutionRecord) -> String {
        "run \(record.number) (process \(record.process.number) on \(record.host))"
    }
}
