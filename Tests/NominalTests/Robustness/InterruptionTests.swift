import ContentStore
import Foundation
import Testing

/// Runs that are stopped or killed during training, and the next run.
@Suite struct InterruptionTests {
    private static let shards = 60
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(
            categories: ["wood"], steps: 5 * InterruptionTests.shards, stepsPerShard: 5)
    }

    /// Starts a run and waits for its third checkpoint.
    private func startedRun() throws -> RunningProgram {
        let program = try fixture.start("run", "tiny.json")
        try #require(try program.waits(for: "wood/train/0002 done"), "the run ended before it could be stopped")
        return program
    }

    /// Runs again, and expects reused training tasks and the model of an uninterrupted run.
    private func expectResumption() throws {
        let resumed = try fixture.nominal("run", "tiny.json")
        #expect(resumed.status == 0)
        let trained = resumed.errors.split(separator: "\n").count {
            $0.contains("] wood/train/") && $0.contains(" done in ")
        }
        #expect((1...InterruptionTests.shards - 3).contains(trained))
        #expect(try results() == InterruptionTests.uninterrupted.get())
    }

    private func results() throws -> [Digest] {
        try ["models/wood.nominal", "scores.csv"].map { try Digest.of(filePath: fixture.place("runs/tiny/" + $0)) }
    }

    /// The results of an uninterrupted run in its own store.
    private static let uninterrupted = Result {
        let tests = try InterruptionTests()
        try tests.fixture.nominal("run", "tiny.json")
        return try tests.results()
    }

    @Test("A killed run resumes from its last checkpoint and gives the same model")
    func kill() throws {
        let program = try startedRun()
        Foundation.kill(program.process.processIdentifier, SIGKILL)
        #expect(try fixture.finish(program).status == SIGKILL)
        #expect(program.process.terminationReason == .uncaughtSignal)
        try expectResumption()
        #expect(fixture.files(below: ".nominal/attempts").isEmpty)
    }

    @Test("SIGINT and SIGTERM end a run with 130 and 143 and say what is kept", arguments: [SIGINT, SIGTERM])
    func stop(signal: Int32) throws {
        let program = try startedRun()
        Foundation.kill(program.process.processIdentifier, signal)
        let outcome = try fixture.finish(program)
        #expect(program.process.terminationReason == .exit)
        #expect(outcome.status == 128 + signal)
        #expect(outcome.errors.contains("stopping: finished tasks are kept, and the next run resumes from there"))
        #expect(outcome.errors.contains("not started"))
        #expect(fixture.files(below: ".nominal/attempts").isEmpty)
        try expectResumption()
    }

    @Test("A stopped run keeps the exports of an earlier run")
    func earlierResults() throws {
        try fixture.writeManifest(categories: ["wood"])
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        let before = fixture.files(below: "runs/tiny")
        try fixture.writeManifest(
            categories: ["wood"], steps: 5 * InterruptionTests.shards, stepsPerShard: 5)
        let program = try startedRun()
        Foundation.kill(program.process.processIdentifier, SIGTERM)
        #expect(try fixture.finish(program).status == 143)
        #expect(fixture.files(below: "runs/tiny") == before)
    }
}
