import ContentStore
import Foundation
import Testing

/// The commands that look at runs and stop them.
@Suite struct RunHistoryTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"], steps: 300, stepsPerShard: 5)
    }

    @Test("A run under way is seen, followed and cancelled; the history says what became of it")
    func underWay() throws {
        // Far more steps than any machine takes before the run is cancelled, in tasks that are long enough to be seen.
        try fixture.writeManifest(categories: ["wood"], steps: 12000, stepsPerShard: 100)
        let program = try fixture.start("run", "tiny.json")
        try #require(try program.waits(for: "wood/train/0002 done"))
        var status = try fixture.nominal("status")
        // Tasks of some milliseconds may be over before they are seen.
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

        #expect(try fixture.nominal("status").output.contains("no run is under way; the last one: run 1 cancelled"))
        let again = try fixture.nominal("cancel")
        #expect(again.status == 65 && again.errors.contains("no run is under way"))
        let late = try fixture.nominal("cancel", "1")
        #expect(late.status == 65 && late.errors.contains("run 1 is not under way: it was cancelled"))
        #expect(try fixture.nominal("cancel", "7").errors.contains("there was no run 7"))
        let unclear = try fixture.nominal("log", "train")
        #expect(unclear.status == 65 && unclear.errors.contains("may be"))
        #expect(try fixture.nominal("log", "nothing").errors.contains("no task in the history"))
        #expect(try fixture.nominal("log", "train/0000", "--run", "7").errors.contains("no attempt in run 7"))
    }

    @Test("Without a store there is nothing to look at", arguments: ["status", "runs", "cancel", "log x"])
    func noStore(words: String) throws {
        let program = try fixture.start(arguments: words.split(separator: " ").map(String.init))
        let outcome = try fixture.finish(program)
        #expect(outcome.status == 74 && outcome.errors.contains("is not a usable store"))
        #expect(!fixture.exists(".nominal"))
    }
}
