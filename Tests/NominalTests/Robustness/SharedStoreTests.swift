import ContentStore
import Foundation
import Testing

/// Processes that share one store.
@Suite struct SharedStoreTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    private func attempts() throws -> [String: Int] {
        let store = try ContentStore(path: fixture.place(".nominal"), mode: .readOnly)
        var attempts: [String: Int] = [:]
        // Parts of tasks, such as the decoding of single images, share the name of their task.
        for task in try store.tasks(matching: "") where !task.hasSuffix("]") {
            attempts[task] = try store.jobs(ofTask: task).count
        }
        return attempts
    }

    @Test("Two concurrent runs of a job share the work, and both succeed with the same results")
    func sharing() throws {
        try fixture.writeManifest(steps: 40, stepsPerShard: 2)
        let programs = try ["a", "b"].map { try fixture.start("run", "tiny.json", "--output", $0) }
        let outcomes = try programs.map(fixture.finish)
        #expect(outcomes.map(\.status) == [0, 0], "\(outcomes.map(\.errors))")
        #expect(try fixture.bytes("a/exports.json") == fixture.bytes("b/exports.json"))
        #expect(try attempts().filter { $0.value != 1 }.isEmpty)
        let runs = try fixture.nominal("runs", "--json").output.split(separator: "\n").map(String.init)
        #expect(runs.count == 2 && runs.allSatisfy { $0.contains("\"outcome\":\"succeeded\"") })
        let store = try ContentStore(path: fixture.place(".nominal"), mode: .readOnly)
        let counts = try store.executions(limit: 2).compactMap(\.counts)
        #expect(counts.map(\.run).reduce(0, +) == counts[0].total)
    }

    @Test("A run and concurrent imports of its results all succeed", arguments: [0, 400])
    func importing(milliseconds: UInt32) throws {
        try fixture.writeManifest(categories: ["wood"], steps: 12, stepsPerShard: 2)
        #expect(try fixture.nominal("run", "tiny.json", "--output", "a", "--quiet").status == 0)
        #expect(try fixture.nominal("export", "1", "--output", "bundle", "--quiet").status == 0)
        try fixture.remove(".nominal")
        let run = try fixture.start("run", "tiny.json", "--output", "b")
        usleep(milliseconds * 1000)
        let imports = try (0..<2).map { _ in try fixture.start("import", "bundle", "--quiet") }
        let outcomes = try ([run] + imports).map(fixture.finish)
        #expect(outcomes.map(\.status) == [0, 0, 0], "\(outcomes.map(\.errors))")
        #expect(try fixture.bytes("a/exports.json") == fixture.bytes("b/exports.json"))
        #expect(try attempts().filter { $0.value != 1 }.isEmpty)
        #expect(try fixture.nominal("verify").status == 0)
        #expect(try fixture.nominal("verify", "--history").status == 0)
    }

    @Test("A run takes over the tasks of a killed run")
    func takingOver() throws {
        try fixture.writeManifest(categories: ["wood"], steps: 300, stepsPerShard: 5)
        let first = try fixture.start("run", "tiny.json", "--output", "a")
        try #require(try first.waits(for: "wood/train/0002 done"))
        let second = try fixture.start("run", "tiny.json", "--output", "b")
        usleep(300_000)
        kill(first.process.processIdentifier, SIGKILL)
        _ = try fixture.finish(first)
        let outcome = try fixture.finish(second)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("report: b/report.html"))
        #expect(fixture.files(below: ".nominal/attempts").isEmpty || !fixture.exists(".nominal/attempts/2"))
        #expect(try fixture.nominal("runs").output.contains("1  "))
        #expect(try fixture.nominal("run", "tiny.json", "--output", "b").errors.contains("nothing to do"))
        #expect(try fixture.nominal("runs").output.contains("interrupted"))
    }
}
