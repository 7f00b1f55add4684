import Foundation
import PipelineTestSupport
import Testing

/// Runs with limits on threads and open files: they use less, or end with a message and exit code 71.
@Suite("Under a limit of the system") struct SystemLimitTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"], steps: 4, stepsPerShard: 2)
    }

    /// Runs the program after a shell command. A hanging run is ended with status 124.
    private func run(after command: String, _ arguments: String) throws -> CommandLineFixture.Outcome {
        try fixture.tool(
            "timeout", "120", "bash", "-c", "\(command) exec \"$0\" run tiny.json --jobs 2 --threads 3 \(arguments)",
            CommandLineFixture.program.path)
    }

    @Test("on threads, a run soon ends with the usual results, or with exit code 71 and the name of the limit")
    func threads() throws {
        let source = CommandLineFixture.sources.appending(path: "Fixtures/thread_faults.c")
        let compiled = try fixture.tool("cc", "-shared", "-fPIC", "-o", fixture.place("faults.so"), source.path, "-ldl")
        try #require(compiled.status == 0, "\(compiled.errors)")
        let all = try run(after: "", "--store all --output all")
        try #require(all.status == 0, "\(all.errors)")
        var refused = 0
        for left in [0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 30] {
            let run = try run(
                after: "export LD_PRELOAD='\(fixture.place("faults.so"))' THREADS_LEFT=\(left);",
                "--store s\(left) --output o\(left)")
            if run.status == 0 {
                #expect(try fixture.bytes("o\(left)/metrics.json") == fixture.bytes("all/metrics.json"))
            } else {
                refused += 1
                #expect(run.status == 71, "\(left) threads: \(run.errors)")
                #expect(run.errors.contains("cannot be started") && run.errors.contains("ulimit"), "\(run.errors)")
            }
        }
        #expect((1..<9).contains(refused))
    }

    @Test("of 64 open files, a run stays within it")
    func openFiles() throws {
        let run = try run(after: "ulimit -n 64;", "")
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("of too few open files, the message names the limit, and not permissions")
    func tooFewFiles() throws {
        var refused = 0
        for limit in 8..<32 {
            let run = try run(after: "ulimit -n \(limit);", "--store s\(limit) --output o\(limit)")
            #expect([71, 66, 1, 0].contains(run.status), "\(limit): \(run.status), \(run.errors)")
            guard run.status != 0 else { continue }
            refused += 1
            let isClear = run.errors.contains("ulimit -n") && !run.errors.contains("permission")
            #expect(isClear && !run.errors.contains("Signal"), "\(limit): \(run.errors)")
        }
        #expect(refused > 0)
    }

    @Test("A soft limit of open files is raised to the hard one")
    func softLimit() throws {
        let run = try run(after: "ulimit -S -n 16;", "")
        #expect(run.status == 0, "\(run.errors)")
    }
}
