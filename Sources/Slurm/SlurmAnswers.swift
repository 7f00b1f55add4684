import ContentStore
import Pipeline

/// Reads what Slurm's programs print.
package enum SlurmAnswers {
    /// The format of squeue that `states` reads: comment, number in the array, state, nodes, reason.
    static let queueFormat = "%k|%K|%T|%N|%r"

    /// Elements by token and number; those of others are left out. An element that is listed twice, as one that was requeued may be,
    /// is what says most for waiting.
    package static func states(_ text: String, of tokens: Set<String>) -> [String: [Int: ElementState]] {
        var states: [String: [Int: ElementState]] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 5, tokens.contains(fields[0]), let number = Int(fields[1]) else { continue }
            let state = state(fields[2], node: fields[3], reason: fields[4])
            if let known = states[fields[0]]?[number], rank(known) > rank(state) { continue }
            states[fields[0], default: [:]][number] = state
        }
        return states
    }

    private static func rank(_ state: ElementState) -> Int {
        switch state {
        case .running: 2
        case .pending: 1
        case .over: 0
        }
    }

    /// Why elements that wait do so.
    static func reasons(_ text: String, of tokens: Set<String>) -> Set<String> {
        var reasons: Set<String> = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
            if fields.count == 5, tokens.contains(fields[0]), fields[2] == "PENDING" { reasons.insert(fields[4]) }
        }
        return reasons
    }

    /// The states of squeue(1), section JOB STATE CODES.
    private static func state(_ word: String, node: String, reason: String) -> ElementState {
        let place = node.isEmpty ? "" : " on \(node)"
        switch word {
        case "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD":
            return .pending
        case "RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING":
            return .running(node: node)
        case "COMPLETED": return .over(.lost, "Its element ended\(place) and left no record of it.")
        case "TIMEOUT", "DEADLINE":
            return .over(
                .timedOut, "Slurm ended its element\(place) at the limit of time; raise execution.runner.timeMinutes.")
        case "OUT_OF_MEMORY":
            return .over(
                .outOfMemory, "Slurm ended its element\(place) for lack of memory; raise execution.runner.memoryMiB.")
        case "CANCELLED": return .over(.killed, "Somebody cancelled its element\(place).")
        case "PREEMPTED": return .over(.lost, "Its element was preempted\(place).")
        case "NODE_FAIL", "BOOT_FAIL": return .over(.lost, "The node of its element failed\(place).")
        default: return .over(.lost, "Its element ended\(place) with \(word) (\(reason)).")
        }
    }

    /// The most elements of an array, by what `scontrol show config` says; 1001 is Slurm's own default.
    static func arrayLimit(_ text: String) -> Int {
        for line in text.split(separator: "\n") where line.hasPrefix("MaxArraySize") {
            if let value = line.split(separator: "=").last.flatMap({ Int($0.filter { $0 != " " }) }) { return value }
        }
        return 1001
    }

    /// Idle processors of a partition, of the default one for `nil`, by lines of `sinfo --format=%P|%C`: allocated/idle/other/total.
    static func idleCores(_ text: String, partition: String?) -> Int? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|")
            guard fields.count == 2 else { continue }
            let isWanted = partition.map { fields[0] == $0 || fields[0] == $0 + "*" } ?? fields[0].hasSuffix("*")
            let counts = fields[1].split(separator: "/")
            if isWanted, counts.count == 4, let idle = Int(counts[1]) { return idle }
        }
        return nil
    }

    /// What to do about nodes that take no work, by lines of `sinfo --format=%N|%T|%E`.
    static func obstacles(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|", maxSplits: 2).map(String.init)
            guard fields.count == 3 else { return nil }
            return "The node \(fields[0]) is \(fields[1]) (\(fields[2])). Once it is fit to work: "
                + "scontrol update nodename=\(fields[0]) state=resume"
        }
    }
}
