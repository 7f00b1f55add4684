import ContentStore
import Foundation
import Testing

/// Commands that show and cancel runs.
@Suite struct RunHistoryTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"], steps: 300, stepsPerShard: 5)
    }

    @Test("A running job is shown, followed and cancelled; the history has its outcome")
    func underWay() throws {
        // Far more steps than any machine does before the cancellation, in tasks long enough to be observed.
        try fixture.writeManifest(categories: ["wood"], steps: 12000, stepsPerShard: 100)
        let program = try fixture.start("run", "tiny.json")
        try #require(try program.waits(for: "wood/train/0002 done"))
        var status = try fixture.nominal("status")
        // Short tasks may end between two calls.
        for _ in 0..<100 where !status.output.contains("\n    wood/train/") { status = try fixture.nominal("status") }
        #expect(status.status == 0)
        #expect(status.output.hasPrefix("run 1 (process \(program.process.processIdentifier) on "))
        #expect(status.output.contains("wood/train/"))
        let follower = try fixture.start("status", "--follow", "--interval", "0.1")
        try #require(try follower.waits(for: "run 1", in: follower.output))
        let cancelled = try fixture.nominal("cancel")
        #expect(cancelled.status == 0)
        #expect(cancelled.output.contains("run 1 cancelled after"))
        let outcome = try fixture.finish(program)
        #expect(outcome.status == 143)
        let followed = try fixture.finish(follower)
        #expect(followed.status == 1 && followed.output.contains("run 1 cancelled after"))

        let runs = try fixture.nominal("runs")
        #expect(runs.output.contains("cancelled after") && runs.output.contains("not started"))
        let log = try fixture.nominal("log", "train/0000")
        #expect(log.status == 0)
        #expect(log.output.hasPrefix("wood/train/0000  run 1, attempt 1  ") && log.output.contains(" succeeded in "))
        #expect(try fixture.nominal("log", "train/0000", "--run", "1").output == log.output)

        #expect(try fixture.nominal("status").output.contains("no run is active; the last one: run 1 cancelled"))
        let again = try fixture.nominal("cancel")
        #expect(again.status == 65 && again.errors.contains("no run is active"))
        let late = try fixture.nominal("cancel", "1")
        #expect(late.status == 65 && late.errors.contains("run 1 is not active; its outcome is cancelled"))
        #expect(try fixture.nominal("cancel", "7").errors.contains("there is no run 7"))
        let unclear = try fixture.nominal("log", "train")
        #expect(unclear.status == 65 && unclear.errors.contains("\"train\" matches "))
        #expect(try fixture.nominal("log", "nothing").errors.contains("no task in the history"))
        #expect(try fixture.nominal("log", "train/0000", "--run", "7").errors.contains("no run 7"))
    }

    @Test(
        "A run that does not exist is missing input",
        arguments: [
            "cancel 99", "log made --run 99", "why train --run 99", "plan tiny.json --against 99",
            "export 99 --output out", "pin 99",
        ])
    func unknownRun(words: String) throws {
        let fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        if words.hasPrefix("plan") {
            let early = try fixture.nominal(environment: [:], words.split(separator: " ").map(String.init))
            #expect(early.status == 66 && early.errors.contains("no run 99"), "\(early)")
        }
        try fixture.writeBundle("a.bundle")
        #expect(try fixture.nominal("import", "a.bundle").status == 0)
        let outcome = try fixture.nominal(environment: [:], words.split(separator: " ").map(String.init))
        #expect(outcome.status == 66 && outcome.errors.contains("99"), "\(outcome)")
    }

    @Test(
        "Options that a command would ignore are refused",
        arguments: [
            "run tiny.json --dry-run --check 5%", "score x --merge --engine onednn", "score x --merge --quarantine",
        ])
    func ignoredOptions(words: String) throws {
        let fixture = try CommandLineFixture()
        try fixture.writeManifest()
        let outcome = try fixture.nominal(environment: [:], words.split(separator: " ").map(String.init))
        #expect(outcome.status == 64 && outcome.errors.contains("remove"), "\(outcome)")
    }

    @Test("Without a store there is nothing to show", arguments: ["status", "runs", "cancel", "log x"])
    func noStore(words: String) throws {
        let program = try fixture.start(arguments: words.split(separator: " ").map(String.init))
        let outcome = try fixture.finish(program)
        #expect(outcome.status == 74 && outcome.errors.contains("is not a usable store"))
        #expect(!fixture.exists(".nominal"))
    }
}

@Suite("A run that misses a requirement of its manifest") struct RequirementOutcomeTests {
    @Test("is recorded, shown and attested with its own outcome")
    func outcome() throws {
        let fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("job", categories: ["wood"])
        let manifest = try fixture.text("job.json")
        func run(_ bound: String) throws -> CommandLineFixture.Outcome {
            try fixture.write(
                manifest.replacing("\"name\":", with: "\"require\": { \"pixelF1Max\": \">= \(bound)\" }, \"name\":"),
                to: "required.json")
            return try fixture.nominal("run", "required.json", "--output", "out", "-q")
        }
        #expect(try run("0").status == 0)
        let missed = try run("1")
        #expect(missed.status == 1 && missed.errors.contains("the manifest requires at least 1"), "\(missed)")
        let runs = try fixture.nominal("runs").output
        #expect(runs.contains("  succeeded in ") && runs.contains("  missed a requirement after "), "\(runs)")
        #expect(try fixture.nominal("runs", "--json").output.contains("\"outcome\":\"requirementMissed\""))
        #expect(try fixture.nominal("status").output.contains("missed a requirement"))
        #expect(try fixture.nominal("keys", "create", "key").status == 0)
        #expect(try fixture.nominal("attest", "2", "--key", "key", "--output", "a.json").status == 0)
        let verified = try fixture.nominal("verify", "--attestation", "a.json", "--public-key", "key.pub")
        #expect(verified.status == 0 && verified.output.contains("ended as requirementMissed"), "\(verified)")
        #expect(verified.errors.contains("warning: run 2 ended as requirementMissed"))
        #expect(try fixture.nominal("verify", "--history").status == 0)
    }
}
