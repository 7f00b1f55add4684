import ArgumentParser
import Console
import ContentStore
import Foundation
import Pipeline
import Stages
import Synchronization

struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Measure the coordinator's overhead per cluster task.",
        discussion: """
            Runs many tasks through a simulated Slurm that completes each submission at once. Its time is subtracted; \
            keys, look-ups, specifications, submissions, records and commits remain.

            Examples:
              nominal-bench cluster
              nominal-bench cluster --tasks 100000 --json
            """)

    @Option(help: "Tasks, besides the last one, which reads the results of all.")
    var tasks = 10_000

    @Option(help: "Rounds, each in a new store; the median is printed.")
    var rounds = 3

    @Option(help: "Where to create the files and the store. Default: $TMPDIR, else /tmp.", completion: .directory)
    var folder: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Result: Encodable {
        var tasks, arrays, elements: Int
        var seconds, standInSeconds, millisecondsPerTask: Double
        var peakMiB: Int?
    }

    func validate() throws {
        guard (2...1_000_000).contains(tasks), (1...100).contains(rounds) else {
            throw ValidationError("expected --tasks 2...1000000, --rounds 1...100")
        }
    }

    func run() throws {
        let results = try (0..<rounds).map { _ in try measure() }.sorted {
            $0.millisecondsPerTask < $1.millisecondsPerTask
        }
        let median = results[results.count / 2]
        if json {
            return print(try median.jsonText())
        }
        print("| tasks | arrays | elements | seconds | of these in the stand-in | ms for each task | peak memory |")
        print("|---|---|---|---|---|---|---|")
        print(
            "| \(median.tasks) | \(median.arrays) | \(median.elements) | "
                + String(
                    format: "%.2f | %.2f | %.3f", median.seconds, median.standInSeconds, median.millisecondsPerTask)
                + " | \(median.peakMiB.map { "\($0) MiB" } ?? "") |")
    }

    private func measure() throws -> Result {
        let place = ExecutorTrial.scratchFolder(in: folder)
        defer { try? AtomicFile.removeAll(place) }
        let trial = ExecutorTrial(folder: place, tasks: tasks)
        try trial.writeFiles()
        let queue = InstantQueue(store: place + "/store")
        var options = ClusterOptions(queue: queue, version: NominalVersion.current, cores: 1)
        options.pollSeconds = 0.05
        options.elementLimit = 100_000
        let start = ContinuousClock.now
        let outcome = try trial.run(jobs: 2, verifiesContent: false, cluster: options)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard outcome.tasksRun == tasks + 1 else {
            throw TrialFailure(text: "a run of the benchmark ran \(outcome.tasksRun) tasks; expected \(tasks + 1)")
        }
        return Result(
            tasks: tasks, arrays: queue.arrays, elements: queue.elements, seconds: seconds,
            standInSeconds: queue.seconds, millisecondsPerTask: (seconds - queue.seconds) * 1000 / Double(tasks),
            peakMiB: outcome.peakMiB)
    }
}

/// A simulated cluster that completes every submission before the call returns, with generated results. The remaining
/// time of a run is the overhead of the coordinator.
final class InstantQueue: ClusterQueue {
    private struct State: Sendable {
        var seconds = 0.0
        var arrays = 0
        var elements = 0
    }

    private let store: String
    private let state = Mutex(State())

    /// - Parameter store: the folder of the store.
    init(store: String) { self.store = store }

    /// The time spent in the simulation, in seconds.
    var seconds: Double { state.withLock { $0.seconds } }
    var arrays: Int { state.withLock { $0.arrays } }
    var elements: Int { state.withLock { $0.elements } }

    func arrayLimit() -> Int { 1000 }
    func capacity() -> ClusterCapacity? { nil }
    func obstacles() -> [String] { [] }
    func cancel(_ tokens: [String], onlyPending: Bool) {}
    func states(of tokens: [String]) -> [String: [Int: ElementState]] { [:] }

    func submit(_ array: ElementArray) throws(ClusterQueueError) {
        let start = ContinuousClock.now
        do {
            for number in 0..<array.count { try compute("\(array.folder)/\(number)") }
        } catch {
            throw .rejected("\(error)")
        }
        state.withLock { state in
            state.seconds += (ContinuousClock.now - start) / .seconds(1)
            state.arrays += 1
            state.elements += array.count
        }
    }

    private func compute(_ folder: String) throws {
        let spec = try ElementSpec.read("\(folder)/\(ElementSpec.fileName)")
        for (index, task) in spec.tasks.enumerated() {
            let content = Array(task.key.utf8)
            let digest = Digest.of(content)
            try AtomicFile.writePrivate(content, to: BlobFolder.path(of: digest, in: store))
            var record = WorkerRecord(key: task.key, attempt: task.attempt)
            record.outputs = ["out"].map {
                WorkerRecord.Output(name: $0, digest: digest.hex, sizeBytes: content.count)
            }
            // The duration of scoring one image.
            record.seconds = 0.05
            try AtomicFile.writePrivate(try record.encoded(), to: "\(folder)/\(ElementSpec.recordName(index))")
        }
    }
}
