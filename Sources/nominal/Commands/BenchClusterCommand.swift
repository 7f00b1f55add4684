import ArgumentParser
import ContentStore
import Foundation
import Pipeline
import Stages

struct BenchClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "What the coordinating process does for each task that a cluster computes.",
        discussion: """
            Runs many tasks through a stand-in for Slurm that takes no time: what is submitted
            has been computed when the call returns. The time of the stand-in is taken off; what
            is left are keys, look-ups, specifications, submissions, records and commits.

            Examples:
              nominal bench cluster
              nominal bench cluster --tasks 100000 --json
            """)

    @Option(help: "Tasks, besides the one that reads what all of them write.")
    var tasks = 10_000

    @Option(help: "Rounds to take the median of, each in a store of its own.")
    var rounds = 3

    @Option(help: "Where to make the files and the store. Default: $TMPDIR, else /tmp.", completion: .directory)
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
        try failing {
            let results = try (0..<rounds).map { _ in try measure() }.sorted {
                $0.millisecondsPerTask < $1.millisecondsPerTask
            }
            let median = results[results.count / 2]
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys]
                return print(String(decoding: try encoder.encode(median), as: UTF8.self))
            }
            print("| tasks | arrays | elements | seconds | of these in the stand-in | ms for each task | peak memory |")
            print("|---|---|---|---|---|---|---|")
            print(
                "| \(median.tasks) | \(median.arrays) | \(median.elements) | "
                    + String(
                        format: "%.2f | %.2f | %.3f", median.seconds, median.standInSeconds, median.millisecondsPerTask)
                    + " | \(median.peakMiB.map { "\($0) MiB" } ?? "") |")
        }
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
