import ContentStore
import Foundation
import PipelineTestSupport
import Testing

/// A full file system.
struct FullDiskTests {
    private static let mayMount: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder(), let disk = try? SmallDisk(folder.path, "1m") else {
            return false
        }
        return disk.isMounted
    }()

    /// A file system of a few megabytes in memory that exists as long as this object.
    private final class SmallDisk: Sendable {
        let isMounted: Bool
        private let path: String

        init(_ path: String, _ size: String) throws {
            self.path = path
            isMounted = try Self.run("mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path)
        }

        deinit { if isMounted { _ = try? Self.run("umount", "-l", path) } }

        private static func run(_ arguments: String...) throws -> Bool {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = arguments
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }

    @Test(
        "A disk that is too small for the store gives a disk-full error at any point and no other error",
        .enabled(if: mayMount, "only root can mount a small file system"))
    func tinyDisks() throws {
        let fixture = try CommandLineFixture()
        try fixture.writeBundle("bundle")
        try FileManager.default.createDirectory(atPath: fixture.place("disk"), withIntermediateDirectories: true)
        var outcomes: [Int32] = []
        for kibibytes in [4, 8, 16, 40, 80, 120, 160, 200, 240, 280, 320, 360, 420, 500, 700, 1000, 4000] {
            let disk = try SmallDisk(fixture.place("disk"), "\(kibibytes)k")
            defer { withExtendedLifetime(disk) {} }
            try #require(disk.isMounted)
            let outcome = try fixture.nominal("import", "bundle", "--store", "disk/store", "--quiet")
            outcomes.append(outcome.status)
            if outcome.status == 0 { continue }
            #expect(outcome.status == 74, "\(kibibytes) KiB: \(outcome.errors)")
            #expect(outcome.errors.contains("the disk is full"), "\(kibibytes) KiB: \(outcome.errors)")
        }
        #expect(outcomes.first == 74 && outcomes.last == 0)
    }

    @Test(
        "A run on a full disk keeps finished tasks; garbage collection frees space and the run resumes",
        .enabled(if: mayMount, "only root can mount a small file system"))
    func fullDisk() throws {
        let fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        // A store elsewhere gives the reference.
        try fixture.writeManifest(categories: ["wood"], steps: 12)
        #expect(try fixture.nominal("run", "tiny.json", "--output", "expected", "--store", "elsewhere").status == 0)
        try FileManager.default.createDirectory(atPath: fixture.place("disk"), withIntermediateDirectories: true)
        let disk = try SmallDisk(fixture.place("disk"), "12m")
        try #require(disk.isMounted)
        let store = ["--store", "disk/store", "--quiet"]
        // Unneeded results of a job with other parameters.
        try fixture.writeManifest(
            "old", categories: ["wood", "woven_cloth"], steps: 8, training: ", \"learningRate\": 0.01")
        #expect(try fixture.nominal(environment: [:], ["run", "old.json"] + store).status == 0)
        // Fill the disk to the last byte.
        _ = try fixture.tool("dd", "if=/dev/zero", "of=disk/filler", "bs=4096")
        let run = ["run", "tiny.json", "--output", "results"] + store
        let failed = try fixture.nominal(environment: [:], run)
        #expect([1, 74].contains(failed.status))
        #expect(failed.errors.contains("the disk is full"), "\(failed.errors)")
        // Simulates a restart of the machine.
        let host = try #require(FileHandle(forUpdatingAtPath: fixture.place("disk/store/locks/host")))
        try host.write(contentsOf: Data("another".utf8))
        try host.close()
        let collected = try fixture.nominal(environment: [:], ["gc", "--max-size", "0"] + store)
        #expect(collected.status == 0, "\(collected.errors)")
        let resumed = try fixture.nominal(environment: [:], run)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(
            try fixture.bytes("results/models/wood.nominal") == fixture.bytes("expected/models/wood.nominal"))
        #expect(try fixture.nominal("verify", "--store", "disk/store").status == 0)
        withExtendedLifetime(disk) {}
    }
}
