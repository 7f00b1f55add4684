import ContentStore
import Foundation
import PipelineTestSupport
import Testing

/// Commands on a read-only store.
@Suite struct ReadOnlyStoreTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeBundle("bundle")
    }

    private static let mayMount: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["unshare", "-m", "true"]
        process.standardError = FileHandle.nullDevice
        guard geteuid() == 0, (try? process.run()) != nil else {
            return false
        }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Runs a command with the folder `source` mounted read-only.
    private func nominal(_ command: String) throws -> CommandLineFixture.Outcome {
        try fixture.tool(
            "unshare", "-m", "sh", "-c",
            "mount --bind source source && mount -o remount,ro,bind source && exec \"$0\" \(command) --store source",
            CommandLineFixture.program.path)
    }

    private static let commands = ["verify", "runs", "status", "models"]

    @Test(
        "Commands read it with an empty journal, a full one, and none",
        .enabled(if: mayMount, "only root can mount a file system read-only"),
        arguments: ["empty", "full", "none"])
    func reading(journal: String) throws {
        switch journal {
        case "full":
            // A copy of a store in use is what a power failure would leave.
            let store = try ContentStore(path: fixture.place("source"))
            _ = try store.beginExecution(command: "later", versions: "")
            try FileManager.default.copyItem(atPath: fixture.place("source"), toPath: fixture.place("copy"))
            withExtendedLifetime(store) {}
        case "none":
            for suffix in ["-wal", "-shm"] { try? fixture.remove("source/store.sqlite" + suffix) }
        default: break
        }
        if journal == "full" {
            try fixture.remove("source")
            try FileManager.default.moveItem(atPath: fixture.place("copy"), toPath: fixture.place("source"))
            #expect(try !fixture.bytes("source/store.sqlite-wal").isEmpty)
        }
        for command in Self.commands {
            let outcome = try nominal(command)
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
            if command == "runs" { #expect(outcome.output.contains(journal == "full" ? "later" : "made")) }
            if command == "verify" { #expect(outcome.output.contains("all are intact"), "\(outcome.output)") }
        }
    }

    @Test(
        "A damaged blob is found and stays; in a writable store it is moved away",
        .enabled(if: mayMount, "only root can mount a file system read-only"))
    func damaged() throws {
        try fixture.damageBlob(in: "source")
        let outcome = try nominal("verify")
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("damaged blobs stay where they are") && outcome.output.contains("1 damaged"))
        #expect(!fixture.exists("source/damaged"))
        #expect(try fixture.nominal("verify", "--store", "source").status == 1)
        #expect(fixture.files(below: "source/damaged").count == 1)
        let ledger = try fixture.nominal("verify", "--ledger", "--store", "source")
        #expect(ledger.status == 0 && ledger.output.contains("  damaged  "), "\(ledger)")
        let lines = try fixture.nominal("verify", "--ledger", "--json", "--store", "source").output
        #expect(lines.hasPrefix("{") && lines.contains("\"kind\":\"damaged\""), "\(lines)")
    }

    @Test(
        "Commands that write report the read-only file system",
        .enabled(if: mayMount, "only root can mount a file system read-only"))
    func writing() throws {
        let outcome = try nominal("import bundle")
        #expect(outcome.status == 74 && outcome.errors.contains("read-only"), "\(outcome.errors)")
    }

    @Test("A folder of blobs that cannot be listed is an error of verify")
    func unlisted() throws {
        #expect(try fixture.nominal("verify", "--store", "source").status == 0)
        let folder = try fixture.largestBlob(in: "source").split(separator: "/").dropLast().suffix(2).joined(
            separator: "/")
        let outcome = try fixture.nominal(
            environment: FileFaults.environment(unlisted: "/" + folder), ["verify", "--store", "source"])
        #expect(outcome.status == 74 && outcome.errors.contains("Input/output error"), "\(outcome)")
        #expect(!outcome.output.contains("intact"))
    }
}
