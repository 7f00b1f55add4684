import ContentStore
import Foundation
import Testing

/// Every system call of a command that changes the store may be the point of a kill or a failure. Afterwards, the same
/// command must give the same result without further help. The tests visit a few points for each kind of failure, or as
/// many as `NOMINAL_POINTS` says (`make test-faults POINTS=...`).
@Suite(.serialized) struct CrashPointTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try Self.job() }

    private static func job() throws -> CommandLineFixture {
        let fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"], steps: 4)
        return fixture
    }

    /// An undisturbed run of the job in a folder of its own, with its store, results and bundle; shared by all tests.
    private struct Reference {
        let fixture: CommandLineFixture
        let calls: [FileFaults.Call]
        let results: [String: Digest]

        init() throws {
            fixture = try CrashPointTests.job()
            let log = fixture.place("calls")
            let outcome = try fixture.nominal(
                environment: FileFaults.environment(log: log, below: fixture.place(".nominal")),
                ["run", "tiny.json", "--output", "results"])
            try #require(outcome.status == 0, "\(outcome.errors)")
            calls = try FileFaults.calls(log: log)
            results = try CrashPointTests.results(of: fixture)
            try #require(try fixture.nominal("export", "1", "--output", "bundle").status == 0)
        }
    }

    private static let reference = Result { try Reference() }

    private static let wanted = ProcessInfo.processInfo.environment["NOMINAL_POINTS"].flatMap { Int($0) }

    /// Returns about `count` numbers of calls to fail at, different for each kind of failure.
    private func points(of calls: Int, _ count: Int, _ kind: FileFaults.Kind) -> [Int] {
        let count = min(Self.wanted ?? count, calls)
        let offset = [FileFaults.Kind.kill: 1, .torn: 2, .full: 3, .broken: 4][kind]!
        let step = max(1, calls / count)
        return Array(stride(from: min(offset * step / 4 + 1, calls), through: calls, by: step))
    }

    /// The digests of all files in the folder of results, except those with measurements.
    private static func results(of fixture: CommandLineFixture) throws -> [String: Digest] {
        try Dictionary(
            uniqueKeysWithValues: fixture.files(below: "results").filter {
                !$0.hasPrefix("timing.") && $0 != "lineage.html"
            }.map { ($0, try Digest.of(filePath: fixture.place("results/" + $0))) })
    }

    private func expectWhole(_ store: String, _ point: FileFaults.Call) throws {
        let check = try fixture.nominal("verify", "--store", store)
        #expect(check.status == 0, "after \(point.name) \(point.path): \(check.errors)")
    }

    @Test(
        "A run that is killed at any change of the store, or within a write, leads to the same results",
        arguments: [FileFaults.Kind.kill, .torn])
    private func killedRun(_ kind: FileFaults.Kind) throws {
        let (calls, expected) = (try Self.reference.get().calls, try Self.reference.get().results)
        var kills = 0
        for number in points(of: calls.count, 4, kind) {
            let point = calls[number - 1]
            let run = ["run", "tiny.json", "--store", "store", "--output", "results", "--quiet"]
            let killed = try fixture.nominal(
                environment: FileFaults.environment(kind, at: number, below: fixture.place("store")), run)
            #expect(killed.status == SIGKILL || killed.status == 0)
            if killed.status == SIGKILL { kills += 1 }
            let resumed = try fixture.nominal(environment: [:], run)
            #expect(resumed.status == 0, "killed at \(point.name) \(point.path): \(resumed.errors)")
            #expect(try Self.results(of: fixture) == expected, "killed at \(point.name) \(point.path)")
            try expectWhole("store", point)
            try fixture.remove("store")
            try? fixture.remove("results")
        }
        #expect(kills > 0)
    }

    @Test(
        "A run reports a full or broken disk at any change of the store, and the next run gives the same results",
        arguments: [FileFaults.Kind.full, .broken])
    private func failingDisk(_ kind: FileFaults.Kind) throws {
        let (calls, expected) = (try Self.reference.get().calls, try Self.reference.get().results)
        var failures = 0
        for number in points(of: calls.count, 3, kind) {
            let point = calls[number - 1]
            let run = ["run", "tiny.json", "--store", "store", "--output", "results", "--quiet"]
            let failed = try fixture.nominal(
                environment: FileFaults.environment(kind, at: number, below: fixture.place("store")), run)
            #expect([0, 1, 74].contains(failed.status), "at \(point.name) \(point.path): \(failed.status)")
            if failed.status == 0 {
                #expect(try Self.results(of: fixture) == expected, "at \(point.name) \(point.path)")
            } else {
                failures += 1
                let words =
                    kind == .full ? ["the disk is full", "unable to open"] : ["Input/output error", "disk I/O error"]
                #expect(
                    words.contains { failed.errors.contains($0) }, "at \(point.name) \(point.path): \(failed.errors)")
            }
            let resumed = try fixture.nominal(environment: [:], run)
            #expect(resumed.status == 0, "after \(point.name) \(point.path): \(resumed.errors)")
            #expect(try Self.results(of: fixture) == expected, "after \(point.name) \(point.path)")
            try expectWhole("store", point)
            try fixture.remove("store")
            try? fixture.remove("results")
        }
        #expect(failures > 0)
    }

    @Test(
        "Import, pin, gc and verify give the same result after any failure within them",
        arguments: [FileFaults.Kind.kill, .torn, .full, .broken])
    private func storeCommands(_ kind: FileFaults.Kind) throws {
        let made = try Self.reference.get().fixture
        for name in [".nominal", "bundle"] {
            try FileManager.default.copyItem(atPath: made.place(name), toPath: fixture.place(name))
        }
        for command in [["import", "bundle"], ["pin", "1"], ["gc", "--max-size", "0"], ["verify"]] {
            // Everything except the import starts with the results of the run.
            func prepare(_ store: String) throws {
                if fixture.exists(store) { try fixture.remove(store) }
                guard command[0] != "import" else { return }
                try FileManager.default.copyItem(atPath: fixture.place(".nominal"), toPath: fixture.place(store))
                guard command[0] == "verify" else { return }
                try fixture.damageBlob(in: store)
            }
            try prepare("store")
            let complete = command[0] == "verify" ? 1 : 0 as Int32
            let arguments = command + ["--store", "store"]
            let log = fixture.place("calls")
            let undisturbed = try fixture.nominal(
                environment: FileFaults.environment(log: log, below: fixture.place("store")), arguments)
            #expect(undisturbed.status == complete, "\(undisturbed.errors)")
            let calls = try FileFaults.calls(log: log)
            try FileManager.default.removeItem(atPath: log)
            let blobs = fixture.files(below: "store/objects")
            for number in points(of: calls.count, 2, kind) {
                let point = calls[number - 1]
                try prepare("store")
                let failed = try fixture.nominal(
                    environment: FileFaults.environment(kind, at: number, below: fixture.place("store")), arguments)
                #expect([0, 1, 74, SIGKILL].contains(failed.status), "\(command) at \(point.name) \(point.path)")
                let again = try fixture.nominal(environment: [:], arguments)
                // Blobs that a killed verification moved away no longer count as damaged.
                #expect(
                    again.status == complete || (command[0] == "verify" && again.status == 0),
                    "\(command) after \(point.name) \(point.path): \(again.errors)")
                #expect(fixture.files(below: "store/objects") == blobs, "\(command) after \(point.name) \(point.path)")
                try expectWhole("store", point)
            }
        }
    }
}
