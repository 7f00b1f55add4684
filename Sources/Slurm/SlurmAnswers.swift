import ContentStore
import Pipeline

/// Parses the output of Slurm's programs.
package enum SlurmAnswers {
    /// The squeue format that `states` parses: comment, array index, state, nodes, reason.
    static let queueFormat = "%k|%K|%T|%N|%r"

    /// The states of the elements of `tokens`, by token and number. If an element is listed twice, as after a
    /// requeue, the state closest to running counts.
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
        case .running: 3
        case .pending: 2
        case .ending: 1
        case .over: 0
        }
    }

    /// The reasons why elements are pending.
    static func reasons(_ text: String, of tokens: Set<String>) -> Set<String> {
        var reasons: Set<String> = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
            if fields.count == 5, tokens.contains(fields[0]), fields[2] == "PENDING" { reasons.insert(fields[4]) }
        }
        return reasons
    }

    /// Maps a state of squeue(1), section JOB STATE CODES.
    private static func state(_ word: String, node: String, reason: String) -> ElementState {
        switch word {
        case "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD":
            return .pending
        case "RUNNING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING": return .running(node: node)
        case "COMPLETING": return .ending(node: node)
        default: return .over(end(word, node: node, reason: reason))
        }
    }

    private static func end(_ word: String, node: String, reason: String) -> ElementEnd {
        let place = node.isEmpty ? "" : " on \(node)"
        let culprit = node.isEmpty ? nil : node
        switch word {
        case "COMPLETED":
            return ElementEnd(.lost, "The element ended\(place) without a record of the task.", culprit: culprit)
        case "TIMEOUT", "DEADLINE":
            return ElementEnd(
                .timedOut, "The element exceeded Slurm's time limit\(place); raise execution.runner.timeMinutes.")
        case "OUT_OF_MEMORY":
            return ElementEnd(
                .outOfMemory, "The element exceeded Slurm's memory limit\(place); raise execution.runner.memoryMiB.")
        case "CANCELLED": return ElementEnd(.killed, "A user or administrator cancelled the element\(place).")
        case "PREEMPTED": return ElementEnd(.lost, "The element was preempted\(place).")
        case "NODE_FAIL", "BOOT_FAIL": return ElementEnd(.lost, "The element ended\(place) because the node failed.")
        default:
            return ElementEnd(.lost, "The element ended\(place) with \(word) (\(reason)).", culprit: culprit)
        }
    }

    /// The maximum array size from `scontrol show config`; 1001, Slurm's default, if it is missing.
    static func arrayLimit(_ text: String) -> Int {
        for line in text.split(separator: "\n") where line.hasPrefix("MaxArraySize") {
            if let value = line.split(separator: "=").last.flatMap({ Int($0.filter { $0 != " " }) }) { return value }
        }
        return 1001
    }

    /// The sinfo format that `capacity` parses: partition, node, state, processors as allocated/idle/other/total.
    static let nodeFormat = "%P|%N|%T|%C"

    /// The nodes that accept work and their idle processors; `nil` if no node accepts work. A star marks the default
    /// partition.
    package static func capacity(_ text: String, isOfDefaultPartition: Bool) -> ClusterCapacity? {
        var idle: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            guard fields.count == 4, !isOfDefaultPartition || fields[0].hasSuffix("*"), !fields[1].isEmpty else {
                continue
            }
            let counts = fields[3].split(separator: "/")
            // Suffixes mark the power state or a planned reservation. A star marks a node that does not respond.
            let state = fields[2].prefix { $0.isLetter }
            guard counts.count == 4, let count = Int(counts[1]), count >= 0, working.contains(state),
                !fields[2].contains("*")
            else {
                continue
            }
            // A node in several requested partitions is listed once for each.
            idle[String(fields[1])] = count
        }
        guard !idle.isEmpty else { return nil }
        return ClusterCapacity(
            idleCores: idle.values.reduce(0) { sum, count in
                let (total, isTooLarge) = sum.addingReportingOverflow(count)
                return isTooLarge ? .max : total
            }, nodes: Set(idle.keys))
    }

    /// The states of sinfo(1), section NODE STATE CODES, in which a node accepts work.
    private static let working: Set<Substring> = ["idle", "mixed", "allocated", "completing", "planned"]

    /// Remedies for nodes that accept no work, from lines of `sinfo --format=%N|%T|%E`.
    static func obstacles(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|", maxSplits: 2).map(String.init)
            guard fields.count == 3 else { return nil }
            return "The node \(fields[0]) is \(fields[1]) (\(fields[2])). After fixing it, run: "
                + "scontrol update nodename=\(fields[0]) state=resume"
        }
    }
}
