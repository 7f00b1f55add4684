import ContentStore
import Foundation
import Pipeline
import PipelineTestSupport
import PythonTestSupport
import Testing

/// Changes that executors overlook: the rows of the table in docs/executor.md that are not tested elsewhere.
@Suite struct StalenessTests {
    private let fixture: CommandLineFixture
    private let image = "data/wood/train/good/000.png"

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"], steps: 4)
        try #require(try fixture.nominal("run", "tiny.json").status == 0)
    }

    /// Returns the number of tasks to run, and the text of the plan.
    private func plan(
        _ environment: [String: String] = [:], _ options: String...
    ) throws -> (count: Int, text: String) {
        let outcome = try fixture.nominal(
            environment: environment, ["run", "tiny.json", "--dry-run"] + options)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let last = outcome.output.split(separator: "\n").first { $0.contains(" tasks to run, ") } ?? ""
        return (Int(last.split(separator: " ").first ?? "") ?? -1, outcome.output)
    }

    /// Flips bits of the last byte of the image data in place; size and name stay.
    private func edit() throws {
        var bytes = try fixture.bytes(image)
        let other = try fixture.bytes("data/wood/train/good/001.png")
        // Another image, cut or padded to the same size.
        for index in bytes.indices where index < other.count { bytes[index] = other[index] }
        let handle = try #require(FileHandle(forWritingAtPath: fixture.place(image)))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    @Test("Without changes there is nothing to do, even when every byte is read again")
    func nothing() throws {
        #expect(try plan().count == 0)
        #expect(try plan([:], "--verify", "content").count == 0)
    }

    @Test("An edit that keeps size and modification time is noticed by the change time, which programs cannot set")
    func editThatKeepsTimes() throws {
        let before = stat(fixture.place(image))
        #expect(try fixture.tool("cp", "-p", image, "as-before").status == 0)
        try edit()
        #expect(try fixture.tool("touch", "-r", "as-before", image).status == 0)
        let after = stat(fixture.place(image))
        #expect((after.st_size, after.st_ino) == (before.st_size, before.st_ino))
        #expect(nanoseconds(after.st_mtim) == nanoseconds(before.st_mtim))
        let (count, text) = try plan()
        #expect(count > 0 && text.contains("train/good/000.png"))
    }

    @Test(
        "An edit that keeps even the change time is found by --verify content",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func editThatKeepsEverything() throws {
        try edit()
        // Makes the store believe that the file looked like this when it was read.
        let facts = stat(fixture.place(image))
        let change = """
            UPDATE sourceFile SET sizeBytes = \(facts.st_size), modifiedAt = \(nanoseconds(facts.st_mtim)),
                changedAt = \(nanoseconds(facts.st_ctim)), inode = \(facts.st_ino), device = \(facts.st_dev),
                readAt = \(nanoseconds(facts.st_ctim) + 1_000_000_000)
            WHERE path = '#\(Digest.of(text: fixture.place(image)).hex)'
            """
        try fixture.sql(change)
        #expect(try plan().count == 0)
        let (count, text) = try plan([:], "--verify", "content")
        #expect(count > 0 && text.contains("train/good/000.png"))
        #expect(try fixture.nominal("run", "tiny.json", "--verify", "times").status == 64)
    }

    private func stat(_ path: String) -> Foundation.stat {
        var facts = Foundation.stat()
        unsafe lstat(path, &facts)
        return facts
    }

    private func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }

    @Test("An environment variable that changes numbers is in the keys of the affected tasks only")
    func environment() throws {
        let (count, text) = try plan(["ONEDNN_MAX_CPU_ISA": "AVX2"])
        #expect(count > 0 && text.contains("environment.ONEDNN_MAX_CPU_ISA"))
        #expect(!text.contains("run     wood/ingest") && !text.contains("run     wood/corrupt"))
        #expect(try plan(["SOME_OTHER_VARIABLE": "1"]).count == 0)
    }

    @Test("A new version of a stage changes its key")
    func tool() throws {
        let folder = try TemporaryFolder()
        let store = try ContentStore(path: folder.path)
        let graph = try TaskGraph([
            PipelineTask(
                id: TaskID("a"), stage: ClosureStage("a") { try $0.write("x") }, inputs: [], resources: .light)
        ])
        func run(_ numerics: Int) throws -> Int {
            let options = ExecutorOptions(jobs: 1, keyParts: [KeyPart("numerics", .integer(numerics))])
            return try Executor(store: store, options: options).run(graph).run
        }
        #expect(try [run(1), run(1), run(2), run(2), run(1)] == [1, 0, 1, 0, 0])
    }

    @Test("A changed parameter reruns its dependents only, and the plan has the old and new value")
    func parameter() throws {
        let text = try fixture.text("tiny.json").replacing(
            "\"network\"", with: "\"scoring\": { \"boxSize\": 5 }, \"network\"")
        try fixture.write(text, to: "tiny.json")
        let (count, plan) = try plan()
        #expect(count > 0 && plan.contains("boxSize") && plan.contains("-> 5"))
        #expect(!plan.contains("wood/train") && !plan.contains("wood/corrupt"))
    }

    /// Digests of the exported files.
    /// All files except those with measurements.
    private func results() throws -> [String: Digest] {
        try Dictionary(
            uniqueKeysWithValues: fixture.files(below: "runs/tiny").filter {
                !$0.hasPrefix("timing.") && $0 != "lineage.html"
            }.map {
                ($0, try Digest.of(filePath: fixture.place("runs/tiny/" + $0)))
            })
    }

    @Test(
        "If every blob is damaged, a run recomputes the blobs that it reads, with the same results",
        arguments: ["altered", "cut", "deleted"])
    func damagedResults(_ damage: String) throws {
        let before = try results()
        for blob in fixture.files(below: ".nominal/objects").map({ ".nominal/objects/" + $0 }) {
            var content = try fixture.bytes(blob)
            if damage == "altered", !content.isEmpty { content[content.count / 2] ^= 1 }
            if damage == "cut" { content.removeLast(min(content.count, 7)) }
            try fixture.remove(blob)
            if damage != "deleted" { try fixture.write(content, to: blob) }
        }
        try fixture.remove("runs")
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try results() == before)
        // Damage is noticed only by readers.
        let status = try fixture.nominal("verify").status
        #expect(damage == "deleted" ? status == 0 : [0, 1].contains(status))
        #expect(try fixture.nominal("verify").status == 0)
    }

    @Test(
        "Missing intermediate blobs cause no work; tasks that need them recompute them")
    func intermediates() throws {
        let before = try results()
        #expect(
            try fixture.nominal(
                "pin", "report", "aggregate", "wood/autoencoder", "wood/calibrate", "wood/assess",
                "wood/overlay/test-first",
                "wood/score/test-first", "wood/metrics", "wood/confidence", "wood/drift", "wood/select", "record",
                "wood/card", "wood/inventory"
            ).status == 0)
        #expect(try fixture.nominal("gc", "--max-size", "0").status == 0)
        #expect(try plan().count == 0)
        try fixture.remove("runs")
        #expect(try fixture.nominal("run", "tiny.json").errors.contains("nothing to do"))
        #expect(try results() == before)
        let text = try fixture.text("tiny.json").replacing(
            "\"network\"", with: "\"scoring\": { \"boxSize\": 5 }, \"network\"")
        try fixture.write(text, to: "tiny.json")
        let changed = try fixture.nominal("run", "tiny.json")
        #expect(changed.status == 0, "\(changed.errors)")
    }

    @Test("A clock set back by a year changes nothing")
    func clock() throws {
        let before = try fixture.signatures(below: "runs/tiny")
        let outcome = try fixture.nominal(
            environment: try FileFaults.clockEnvironment(secondsBack: 86_400 * 365), ["run", "tiny.json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("nothing to do"))
        #expect(try fixture.signatures(below: "runs/tiny") == before)
        try fixture.writeManifest(categories: ["wood"], steps: 6)
        let changed = try fixture.nominal(
            environment: try FileFaults.clockEnvironment(secondsBack: 86_400 * 365), ["run", "tiny.json"])
        #expect(changed.status == 0, "\(changed.errors)")
        #expect(try fixture.nominal("gc", "--max-size", "0").status == 0)
        #expect(try fixture.nominal("verify").status == 0)
    }

    @Test("A torn write-ahead log costs only the work that it contained", arguments: [0, 0.37, 0.999])
    func tornLog(_ share: Double) throws {
        let before = try results()
        let log = try fixture.bytes(".nominal/store.sqlite-wal")
        #expect(log.count > 100_000)
        try fixture.write(Array(log.prefix(Int(Double(log.count) * share))), to: ".nominal/store.sqlite-wal")
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try results() == before)
        #expect(try fixture.nominal("verify").status == 0)
    }

    @Test("A command that reads a damaged database exits with 74 and a remedy, and leaves it unchanged")
    func damagedDatabase() throws {
        try fixture.remove(".nominal/store.sqlite-wal")
        try fixture.remove(".nominal/store.sqlite-shm")
        try fixture.write([UInt8](repeating: 0xA5, count: 100_000), to: ".nominal/store.sqlite")
        for command in [["run", "tiny.json"], ["verify"], ["gc"], ["pin"], ["export", "1", "--output", "file"]] {
            let outcome = try fixture.nominal(environment: [:], command)
            #expect(outcome.status == 74, "\(command)")
            #expect(outcome.errors.contains("is not a usable store: store.sqlite is damaged"), "\(outcome.errors)")
        }
        #expect(try fixture.bytes(".nominal/store.sqlite").allSatisfy { $0 == 0xA5 })
        try fixture.remove(".nominal")
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
    }
}
