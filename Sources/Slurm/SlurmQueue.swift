import ContentStore
import Folders
import Foundation
import Glibc
import Pipeline
import Synchronization

/// Has elements computed by Slurm, through its programs sbatch, squeue, scancel, sinfo and scontrol.
///
/// The token of an array is the name and the comment of its job. Job numbers are never used: a controller that has lost its
/// memory gives them out anew.
public final class SlurmQueue: ClusterQueue {
    private struct State: Sendable {
        var arrayLimit: Int?
        var reasons: Set<String> = []
    }

    private let settings: SlurmSettings
    private let worker: [String]
    private let state = Mutex(State())
    /// Longer arrays would have to be described in one go.
    private static let largestArray = 1000

    /// - Parameter worker: the program on the nodes, and what to say before the path of a specification.
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
            ] + settings.arguments(avoiding: array.avoided) + [script], givingUpAt: SlurmCommand.wordsOfSleep
        ).output()
    }

    private func script(_ array: ElementArray) -> String {
        func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }
        let words = worker.map(quoted).joined(separator: " ")
        return
            "#!/bin/sh\nexec \(words) \(quoted(array.folder + "/"))\"$SLURM_ARRAY_TASK_ID\"/\(ElementSpec.fileName)\n"
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
                // Whoever does not answer now would be asked for each in vain.
                if case .unavailable = error { throw error }
                failure = error
            }
        }
        if let failure { throw failure }
    }

    public func capacity() -> ClusterCapacity? {
        guard let text = try? nodes(["--format=\(SlurmAnswers.nodeFormat)"]) else { return nil }
        return SlurmAnswers.capacity(text, isOfDefaultPartition: settings.partition == nil)
    }

    /// What sinfo says of each node of the partition.
    private func nodes(_ arguments: [String]) throws(ClusterQueueError) -> String {
        try SlurmCommand("sinfo", ["--noheader", "--Node"] + arguments + settings.partitionArguments).output()
    }

    public func obstacles() -> [String] {
        let nodes = (try? nodes(["--states=down,drain,fail", "--format=%N|%T|%E"])).map(SlurmAnswers.obstacles) ?? []
        let reasons = state.withLock { $0.reasons }.sorted()
        guard !reasons.isEmpty else { return nodes }
        return nodes + ["Slurm says why nothing starts: \(reasons.joined(separator: ", "))"]
    }
}
