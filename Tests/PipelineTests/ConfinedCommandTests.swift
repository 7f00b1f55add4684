import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Testing

@testable import Pipeline

/// Commands of users in a working folder; shell scripts stand in for them.
@Suite("Commands of users")
struct ConfinedCommandTests {
    private let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    private func task(_ arguments: [String], seconds: Int = 60) -> PipelineTask {
        let stage = ClosureStage(arguments.joined(separator: " ")) { context in
            let folder = context.outputPath("work")
            try AtomicFile.createPrivateFolder(folder)
            defer { try? AtomicFile.removeAll(folder) }
            try ConfinedCommand(arguments, timeoutSeconds: seconds, variables: ["MINE=1"])
                .run(in: try #require(realpath(of: folder)), log: context.outputPath("log"), context)
            try AtomicFile.removeAll(context.outputPath("log"))
            try AtomicFile.writePrivate(try AtomicFile.read(folder + "/out"), to: context.outputPath("out"))
        }
        return PipelineTask(id: TaskID("t"), stage: stage, inputs: [])
    }

    /// What a script writes to the file `out`.
    private func output(_ script: String) throws -> String {
        let summary = try fixture.run([task(["sh", "-c", script])])
        try #require(summary.isSuccess, "\(summary.failures)")
        return try #require(try fixture.text(summary, "t"))
    }

    private func failure(_ arguments: [String], seconds: Int = 60) throws -> String {
        let summary = try fixture.run([task(arguments, seconds: seconds)])
        return try #require(summary.failures.first).message
    }

    /// The number of processes with `word` among their arguments.
    private static func processes(with word: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.count { number in
            let words = (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? ""
            return words.split(separator: "\0").contains { $0 == word }
        }
    }

    @Test("A command sees its folder, few variables, no input and no descriptor of the program")
    func surroundings() throws {
        let file = try InheritableFile(fixture.folder.path + "/open")
        defer { withExtendedLifetime(file) {} }
        let lines = try output(
            "env | cut -d= -f1 | sort > out; pwd >> out; echo $HOME >> out; ls /proc/self/fd >> out; cat >> out"
        )
        .split(separator: "\n").map(String.init)
        let variables = lines.prefix { !$0.hasPrefix("/") }
        #expect(Set(variables) == ["HOME", "LANG", "MINE", "OMP_NUM_THREADS", "PATH", "PWD", "TMPDIR"])
        let rest = lines.dropFirst(variables.count)
        #expect(rest.count >= 2 && Set(rest.prefix(2)).count == 1, "the folder is HOME")
        // 3 is the listing itself.
        #expect(Array(rest.dropFirst(2)) == ["0", "1", "2", "3"])
    }

    @Test("Exit codes and signals are errors with the last lines that the command wrote")
    func ends() throws {
        let exit = try failure(["sh", "-c", "echo one; echo 'two\u{1B}[31m' >&2; exit 3"])
        #expect(exit.contains("ended with exit code 3") && exit.hasSuffix("wrote:\n  one\n  two[31m"), "\(exit)")
        #expect(try failure(["sh", "-c", "kill -9 $$"]).contains("was ended by signal 9; it wrote nothing"))
        let long = try failure(["sh", "-c", "seq 100000; exit 1"])
        #expect(long.hasSuffix("  99999\n  100000") && long.utf8.count < 500)
    }

    @Test(
        "A command that is not there is an error with a remedy",
        arguments: [("no-such-command", "in no folder of PATH"), ("./none", "relative to the working folder")])
    func missing(name: String, words: String) throws { #expect(try failure([name]).contains(words)) }

    @Test("A file that is no program is an error")
    func noProgram() throws {
        let file = try fixture.folder.write("\u{0}\u{1}", to: "data")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        #expect(try failure([file]).contains("Check that it is a program"))
    }

    @Test("The time limit ends the command and its descendants, including other sessions")
    func timeLimit() throws {
        let (first, second) = ("310.0\(getpid())", "311.0\(getpid())")
        let script = "sleep \(first) & (setsid sleep \(second) &) ; sleep \(first)"
        #expect(try failure(["sh", "-c", script], seconds: 1).contains("longer than 1 s"))
        #expect(try Self.processes(with: first) == 0 && Self.processes(with: second) == 0)
    }

    @Test("What a command leaves in its process group ends with it")
    func leftovers() throws {
        let word = "312.0\(getpid())"
        #expect(try output("sleep \(word) & echo done > out") == "done\n")
        for _ in 0..<100 where try Self.processes(with: word) > 0 { usleep(10_000) }
        #expect(try Self.processes(with: word) == 0)
    }

    @Test("A cancelled run ends the command and its descendants")
    func cancelled() throws {
        let word = "313.0\(getpid())"
        let executor = Executor(store: fixture.store, options: ExecutorOptions(jobs: 1))
        let graph = try TaskGraph([task(["sh", "-c", "sleep \(word) & sleep \(word)"])])
        try ThreadTeam.start(named: "canceller") {
            while (try? Self.processes(with: word)) ?? 0 < 2 { usleep(5_000) }
            executor.cancel()
        }
        let summary = try executor.run(graph)
        #expect(summary.isCancelled)
        #expect(try Self.processes(with: word) == 0)
    }
}

/// A file that stays open, with a descriptor that programs started meanwhile could inherit.
private final class InheritableFile {
    private let handle: FileHandle

    init(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        handle = try #require(FileHandle(forWritingAtPath: path))
        _ = fcntl(handle.fileDescriptor, F_SETFD, 0)
    }
}

private func realpath(of path: String) -> String? { URL(filePath: path).resolvingSymlinksInPath().path }
