import ContentStore
import Foundation
import Pipeline
import PipelineTestSupport
import Testing

@testable import Slurm

/// Calls of scripts that stand in for Slurm's programs.
@Suite("Calls of Slurm's programs")
struct SlurmQueueTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes the program in another process: a fork while this process holds it open for writing would make it busy.
    private func script(_ text: String) throws -> String {
        let path = folder.path + "/program"
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: path + ".txt"))
        let copy = try Process.run(URL(filePath: "/bin/cp"), arguments: [path + ".txt", path])
        copy.waitUntilExit()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private func error(_ text: String) throws -> ClusterQueueError? {
        let program = try script(text)
        do throws(ClusterQueueError) {
            _ = try SlurmCommand(program, []).output()
            return nil
        } catch {
            return error
        }
    }

    @Test("A call returns the program's output and passes arguments unchanged")
    func answers() throws {
        let program = try script("printf '%s|' \"$@\"; seq 1 20000 | tail -1")
        #expect(try SlurmCommand(program, ["a b", "$HOME", "c'd"]).output() == "a b|$HOME|c'd|20000\n")
    }

    @Test("An unavailable controller is distinguished from a rejected request")
    func errors() throws {
        guard
            case .unavailable(let text) = try error(
                "echo 'sbatch: error: Unable to contact slurm controller' >&2; exit 1")
        else {
            Issue.record("expected that no answer is one for later")
            return
        }
        #expect(text.contains("Unable to contact slurm controller"))
        guard case .rejected(let refusal) = try error("echo 'invalid partition specified: x' >&2; exit 1") else {
            Issue.record("expected a refusal")
            return
        }
        #expect(refusal.hasSuffix("program: invalid partition specified: x"))
    }

    @Test("A program that sleeps until the queue has room is killed")
    func sleeping() throws {
        let program = try script(
            "echo 'Slurm temporarily unable to accept job, sleeping and retrying'; exec sleep 1000")
        let error = #expect(throws: ClusterQueueError.self) {
            try SlurmCommand(program, [], givingUpAt: SlurmCommand.retryMessage).output()
        }
        guard case .full(let text) = error else {
            Issue.record("expected that there is no room, got \(String(describing: error))")
            return
        }
        #expect(text.hasSuffix("program: Slurm temporarily unable to accept job, sleeping and retrying"))
    }

    @Test("A missing program is reported with a remedy")
    func missing() {
        let error = #expect(throws: ClusterQueueError.self) { try SlurmCommand("no-such-program", []).output() }
        #expect(error?.description.hasPrefix("no-such-program was not found: install") == true)
    }

    @Test("Manifest settings become sbatch options")
    func settings() {
        let settings = SlurmSettings(
            partition: "night", account: "vision", timeMinutes: 90, memoryMiB: 4000, options: ["--qos=low"])
        #expect(
            settings.arguments() == ["--partition=night", "--account=vision", "--time=90", "--mem=4000M", "--qos=low"])
        #expect(SlurmSettings().arguments().isEmpty)
    }

    @Test(
        "Excluded nodes are merged with the user's, because sbatch honors only the last option"
    )
    func avoidedNodes() {
        #expect(SlurmSettings().arguments(avoiding: ["n1", "n2"]) == ["--exclude=n1,n2"])
        let settings = SlurmSettings(options: ["--exclude=n7", "--exclude=n[3-5]", "--qos=low"])
        #expect(
            settings.arguments(avoiding: ["n1"]) == [
                "--exclude=n7", "--exclude=n[3-5]", "--qos=low", "--exclude=n[3-5],n1",
            ])
        #expect(settings.arguments() == settings.options)
    }
}
