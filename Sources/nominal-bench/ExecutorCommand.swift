import ArgumentParser
import Console
import ContentStore
import Foundation
import Host
import Pipeline

struct ExecutorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executor",
        abstract: "Measure the overhead of running many tiny tasks.",
        discussion: """
            Each task reads one file and writes one, durably; a last task reads all of these. Each run is a separate \
            process in a temporary store, and its start counts:
              cold      nothing is done yet
              no-op     nothing has changed; median of the rounds
              rehashed  the same, but every file is read again instead of trusting its times
              changed   one file has changed; median of the rounds

            bench/executor_peers runs ninja and make on the same graph.

            Examples:
              nominal-bench executor
              nominal-bench executor --tasks 100000 --blobs 1000000 --rounds 3 --json
            """)

    @Option(help: "Tasks, besides the last one.")
    var tasks = 1000

    @Option(help: "Rounds; medians are printed.")
    var rounds = 5

    @Option(help: "Other blobs in the store.")
    var blobs = 0

    @Option(help: "Tasks at once. Default: the number of processors.")
    var jobs: Int?

    @Option(help: "Where to create the files and the store. Default: $TMPDIR, else /tmp.", completion: .directory)
    var folder: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    /// A prepared folder to run in once; passed to the measured processes.
    @Option(help: .hidden)
    var once: String?

    @Flag(help: .hidden)
    var verifyContent = false

    private var jobCount: Int { jobs ?? ProcessResources.current.processors }

    func validate() throws {
        guard (2...1_000_000).contains(tasks), (1...100).contains(rounds), (0...10_000_000).contains(blobs) else {
            throw ValidationError("expected --tasks 2...1000000, --rounds 1...100, --blobs 0...10000000")
        }
    }

    func run() throws {
        if let once {
            let trial = ExecutorTrial(folder: once, tasks: tasks)
            return print(try trial.run(jobs: jobCount, verifiesContent: verifyContent).jsonText())
        }
        let result = try measure()
        if json { return print(try result.jsonText()) }
        print("| \(tasks) tasks, \(jobCount) at once, \(blobs) other blobs | seconds |\n|---|---|")
        print("| cold | \(Self.text(result.coldSeconds)) |")
        print("| no-op | \(Self.text(result.noopSeconds)) |")
        print("| no-op, every byte rehashed | \(Self.text(result.rehashedNoopSeconds)) |")
        print("| one file changed: \(result.oneChangedTasks) tasks run | \(Self.text(result.oneChangedSeconds)) |")
        print(
            "\npeak memory \(result.peakMiB) MiB; \(result.coldTransactions) transactions in the cold run, "
                + "\(result.noopTransactions) in a no-op")
    }

    private struct Result: Encodable {
        var tasks, jobs, blobs, rounds: Int
        var coldSeconds = 0.0, noopSeconds = 0.0, rehashedNoopSeconds = 0.0, oneChangedSeconds = 0.0
        var oneChangedTasks = 0, peakMiB = 0, coldTransactions = 0, noopTransactions = 0
    }

    private func measure() throws -> Result {
        let place = ExecutorTrial.scratchFolder(in: folder)
        defer { try? AtomicFile.removeAll(place) }
        let trial = ExecutorTrial(folder: place, tasks: tasks)
        try trial.writeFiles()
        if blobs > 0 { try trial.fill(blobs: blobs) }
        // Files that change just before they are read are read again in the next run.
        usleep(200_000)
        var result = Result(tasks: tasks, jobs: jobCount, blobs: blobs, rounds: rounds)
        func time(_ arguments: String...) throws -> (seconds: Double, outcome: ExecutorTrial.Outcome) {
            let (seconds, outcome) = try timed(place, arguments)
            result.peakMiB = max(result.peakMiB, outcome.peakMiB ?? 0)
            return (seconds, outcome)
        }
        let cold = try time()
        try expect(cold.outcome.tasksRun, tasks + 1)
        (result.coldSeconds, result.coldTransactions) = (cold.seconds, cold.outcome.transactions)
        let noops = try (0..<rounds).map { _ in try time() }
        try expect(noops.reduce(0) { $0 + $1.outcome.tasksRun }, 0)
        result.noopSeconds = Self.median(noops.map(\.seconds))
        result.noopTransactions = noops.last?.outcome.transactions ?? 0
        result.rehashedNoopSeconds = Self.median(try (0..<rounds).map { _ in try time("--verify-content").seconds })
        let changes = try (0..<rounds).map { round in
            try trial.change(file: (round * 7919 + 1) % tasks, round: round)
            usleep(200_000)
            return try time()
        }
        for change in changes { try expect(change.outcome.tasksRun, 2) }
        result.oneChangedSeconds = Self.median(changes.map(\.seconds))
        result.oneChangedTasks = 2
        return result
    }

    private func timed(_ place: String, _ arguments: [String]) throws -> (Double, ExecutorTrial.Outcome) {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
        let words = ["executor", "--once", place, "--tasks", "\(tasks)", "--jobs", "\(jobCount)"] + arguments
        let output = Pipe()
        let start = ContinuousClock.now
        // Foundation needs 70 ms to start a process and to notice its end.
        let process = try ProcessTree(program, words, output: output.fileHandleForWriting.fileDescriptor)
        try output.fileHandleForWriting.close()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var status = process.status()
        while status == nil {
            usleep(1000)
            status = process.status()
        }
        guard status == 0 else {
            throw TrialFailure(text: "a run of the benchmark failed; see above")
        }
        return (seconds, try JSONDecoder().decode(ExecutorTrial.Outcome.self, from: bytes))
    }

    private func expect(_ found: Int, _ expected: Int) throws {
        guard found == expected else {
            throw TrialFailure(text: "a run of the benchmark ran \(found) tasks; expected \(expected)")
        }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static func text(_ seconds: Double) -> String { String(format: "%.3f", seconds) }
}
