import ContentStore
import Folders
import Foundation
import Glibc
import Pipeline
import Synchronization
import Wording

/// Runs elements on Slurm through sbatch, squeue, scancel, sinfo and scontrol.
///
/// The token of an array is the name and comment of its Slurm job. Slurm's job IDs are not used: a controller that
/// lost its state reuses them.
public final class SlurmQueue: ClusterQueue {
    private struct State: Sendable {
        var arrayLimit: Int?
        var reasons: Set<String> = []
    }

    private let settings: SlurmSettings
    private let worker: [String]
    private let state = Mutex(State())
    /// The maximum array size that this queue submits. Larger arrays would need too large a batch of specifications.
    private static let largestArray = 1000

    /// - Parameter worker: The program on the nodes, with the arguments before the path of a specification.
    public init(_ settings: SlurmSettings, worker: [String]) { (self.settings, self.worker) = (settings, worker) }

    public func arrayLimit() throws(ClusterQueueError) -> Int {
        if let known = state.withLock({ $0.arrayLimit }) { return known }
        let text = try SlurmCommand("scontrol", ["show", "config"]).output()
        let limit = min(SlurmAnswers.arrayLimit(text), Self.largestArray)
        state.withLock { $0.arrayLimit = limit }
        return limit
    }

    public func submit(_ array: ElementArray) throws(ClusterQueueError) {
        let script = array.folder + "/submit.sh"
        do {
            try AtomicFile.writePrivate(PathText.bytes(of: self.script(array)), to: script)
        } catch {
            throw .rejected("\(error)")
        }
        let log = array.folder.replacing("%", with: "%%") + "/%a/" + ElementArray.logName
        _ = try SlurmCommand(
            "sbatch",
            [
                "--parsable", "--no-requeue", "--array=0-\(array.count - 1)", "--job-name=\(array.token)",
                "--comment=\(array.token)", "--output=\(log)", "--open-mode=append", "--ntasks=1",
                "--cpus-per-task=\(array.cores)", "--chdir=/",
            ] + settings.arguments(avoiding: array.avoided) + [script], givingUpAt: SlurmCommand.retryMessage
        ).output()
    }

    private func script(_ array: ElementArray) -> String {
        let words = worker.map(ShellWord.quoted).joined(separator: " ")
        return
            "#!/bin/sh\nexec \(words) \(ShellWord.quoted(array.folder + "/"))\"$SLURM_ARRAY_TASK_ID\"/\(ElementSpec.fileName)\n"
    }

    public func states(of tokens: [String]) throws(ClusterQueueError) -> [String: [Int: ElementState]] {
        let text = try SlurmCommand(
            "squeue",
            ["--noheader", "--array", "--states=all", "--user=\(getuid())", "--format=\(SlurmAnswers.queueFormat)"]
        ).output()
        state.withLock { $0.reasons = SlurmAnswers.reasons(text, of: Set(tokens)) }
        return SlurmAnswers.states(text, of: Set(tokens))
    }

    public func cancel(_ tokens: [String], onlyPending: Bool) throws(ClusterQueueError) {
        var failure: ClusterQueueError?
        for token in tokens {
            do throws(ClusterQueueError) {
                _ = try SlurmCommand(
                    "scancel",
                    ["--quiet", "--user=\(getuid())", "--name=\(token)"] + (onlyPending ? ["--state=PENDING"] : [])
                ).output()
            } catch {
                // An unavailable controller would also fail for the remaining tokens.
                if case .unavailable = error { throw error }
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Slurm's name and version, such as "slurm-wlm 22.05.8"; nil if its programs are not installed.
    public static func version() -> String? {
        (try? SlurmCommand("sinfo", ["--version"]).output())?.split(separator: "\n").first.map(String.init)
    }

    public func capacity() -> ClusterCapacity? {
        guard let text = try? nodes(["--format=\(SlurmAnswers.nodeFormat)"]) else { return nil }
        return SlurmAnswers.capacity(text, isOfDefaultPartition: settings.partition == nil)
    }

    /// The output of sinfo, with a line for each node of the partition.
    private func nodes(_ arguments: [String]) throws(ClusterQueueError) -> String {
        try SlurmCommand("sinfo", ["--noheader", "--Node"] + arguments + settings.partitionArguments).output()
    }

    public func obstacles() -> [String] {
        let nodes = (try? nodes(["--states=down,drain,fail", "--format=%N|%T|%E"])).map(SlurmAnswers.obstacles) ?? []
        let reasons = state.withLock { $0.reasons }.sorted()
        guard !reasons.isEmpty else { return nodes }
        return nodes + ["Slurm's reasons for pending elements: \(reasons.joined(separator: ", "))"]
    }
}
