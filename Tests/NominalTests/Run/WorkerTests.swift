import ContentStore
import Foundation
import Testing

/// Jobs whose tasks run in worker processes.
@Suite struct WorkerTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    private func writeManifest(_ execution: String, steps: Int = 6, name: String = "tiny") throws {
        try fixture.writeManifest(name, categories: ["wood"], steps: steps)
        let text = try fixture.text(name + ".json")
        try fixture.write(
            text.replacingOccurrences(of: "\"image\":", with: "\"execution\": { \(execution) },\n  \"image\":"),
            to: name + ".json")
    }

    @Test("Tasks in worker processes give the same files, and later runs reuse their results")
    func isolated() throws {
        try writeManifest("\"isolated\": true")
        let isolated = try fixture.nominal("run", "tiny.json", "--output", "a", "--store", "a.store")
        #expect(isolated.status == 0, "\(isolated.errors)")
        try writeManifest("")
        #expect(try fixture.nominal("run", "tiny.json", "--output", "b", "--store", "b.store").status == 0)
        #expect(try fixture.bytes("a/exports.json") == fixture.bytes("b/exports.json"))
        // Keys do not depend on the runner.
        let again = try fixture.nominal("run", "tiny.json", "--output", "a", "--store", "a.store")
        #expect(again.errors.contains("nothing to do"))
        #expect(fixture.files(below: "a.store/attempts").isEmpty)
    }

    @Test("A task beyond its time limit is killed and reported with a remedy")
    func timeLimit() throws {
        try writeManifest("\"timeLimitSeconds\": 0.001")
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("longer than the limit of 0.001 s; raise execution.timeLimitSeconds"))
        // Which task is the first to exceed the limit depends on the machine.
        let task = try #require(outcome.errors.firstMatch(of: /error: (wood[^ :]*): .*longer than the limit/)?.output.1)
        #expect(try fixture.nominal("log", String(task)).output.contains("failed (timedOut) after"))
        #expect(fixture.files(below: ".nominal/attempts").isEmpty)
    }

    @Test("A task beyond its memory limit is killed and reported with a remedy")
    func memoryLimit() throws {
        try writeManifest("\"memoryLimitMiB\": 32")
        let outcome = try fixture.nominal("run", "tiny.json")
        // A small task may end before it is measured.
        #expect(outcome.status == 1 || outcome.status == 0)
        if outcome.status == 1 {
            #expect(outcome.errors.contains("limit of 32 MiB of memory; raise execution.memoryLimitMiB"))
        }
    }

    @Test("Cancelling a run ends its workers")
    func stop() throws {
        try writeManifest("\"isolated\": true", steps: 400)
        let program = try fixture.start("run", "tiny.json")
        try #require(try program.waits(for: "wood/train/0000 done"))
        let workers = "worker --pull .*/\((fixture.path as NSString).lastPathComponent)/"
        var seen = ""
        for _ in 0..<200 where seen.isEmpty { seen = try fixture.tool("pgrep", "-f", workers).output }
        #expect(!seen.isEmpty, "no worker was ever seen")
        kill(program.process.processIdentifier, SIGINT)
        #expect(try fixture.finish(program).status == 130)
        let left = try fixture.tool("pgrep", "-f", workers)
        #expect(left.output.isEmpty)
        #expect(fixture.files(below: ".nominal/attempts").isEmpty)
    }

    @Test("A share of the stored results is recomputed")
    func check() throws {
        try writeManifest("")
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        let checked = try fixture.nominal("run", "tiny.json", "--check", "100%")
        #expect(checked.status == 0, "\(checked.errors)")
        #expect(checked.errors.contains("recomputed 22 stored results: 0 differ"))
        #expect(try fixture.nominal("run", "tiny.json", "--check", "120%").status == 64)
    }
}
