/// Progress in words.
extension ProgressDisplay {
    /// How many elements a cluster has of the run.
    static func describe(cluster: (pending: Int, running: Int)) -> String {
        "on the cluster: \(cluster.running) elements at work, \(cluster.pending) waiting"
    }

    /// Such as "[######..................]".
    static func bar(_ finished: Int, of total: Int) -> String {
        let filled = 24 * min(finished, total) / max(1, total)
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled) + "]"
    }

    static func describe(_ running: Running, _ now: ContinuousClock.Instant) -> String {
        guard running.total > 0 else { return readable((now - running.started) / .seconds(1)) }
        var text = "\(running.completed)/\(running.total) \(running.unit)"
        if let first = running.first, running.completed > first.completed {
            let seconds = (now - first.at) / .seconds(1)
            let rate = Double(running.completed - first.completed) / max(seconds, 1e-6)
            text += ", \(short(rate)) \(running.unit)/s"
            let left = Double(running.total - running.completed) / rate
            if left >= 1 { text += ", \(readable(left)) left" }
        }
        if let note = running.note { text += ", \(note)" }
        return text
    }

    static func short(_ value: Double) -> String {
        (100..<1e12).contains(value) ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    static func readable(_ seconds: Double) -> String {
        // A history may come from a bundle, and an estimate from next to nothing.
        guard abs(seconds) < 1e12 else { return "\(seconds) s" }
        if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
        if seconds < 120 { return "\(Int(seconds.rounded())) s" }
        let minutes = Int((seconds / 60).rounded())
        return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
