import Foundation
import Testing

/// Explanations of why tasks run, and progress as JSON.
@Suite struct WhyTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("job", categories: ["wood"])
        try fixture.writeManifest("longer", categories: ["wood"], steps: 8)
    }

    @Test("Plans explain first causes and expected time; two runs and two plans are compared by their keys")
    func explanations() throws {
        #expect(try fixture.nominal("run", "job.json", "--output", "out").status == 0)
        let plan = try fixture.nominal("plan", "longer.json", "--explain")
        #expect(plan.status == 0)
        #expect(
            plan.output.contains("wood/train/0000 would run because:\n    training.steps: 6 -> 8\n    may also run: "))
        #expect(plan.output.contains("expected: about "))
        let now = try fixture.nominal("why", "wood/metrics", "--job", "longer.json")
        #expect(now.output.contains("wood/metrics would run because of wood/"))

        #expect(try fixture.nominal("run", "longer.json", "--output", "out").status == 0)
        let why = try fixture.nominal("why", "wood/calibrate")
        #expect(why.output.hasPrefix("wood/calibrate in run 2, compared with run 1\n"))
        #expect(why.output.contains("wood/train/0003 in run 2\n    it had never succeeded before\n"))
        // Run 3 reuses the results of run 1.
        #expect(try fixture.nominal("run", "job.json", "--output", "out").status == 0)
        let back = try fixture.nominal("why", "wood/calibrate", "--run", "3", "--against", "2")
        #expect(back.output.contains("    training.steps: 8 -> 6\n"))
        let compared = try fixture.nominal("plan", "longer.json", "--against", "1")
        #expect(compared.output.contains("new     wood/corrupt/0003"))
        #expect(compared.output.contains("steps: 6 -> 8"))
        let equal = try fixture.nominal("plan", "job.json", "--against", "3")
        #expect(equal.output.contains("22 tasks unchanged since run 3"))
    }

    @Test("Missing explanations are explained")
    func faults() throws {
        #expect(try fixture.nominal("run", "job.json").status == 0)
        let first = try fixture.nominal("why", "report")
        #expect(first.status == 0 && first.output.contains("it had never succeeded before"))
        #expect(try fixture.nominal("why", "report", "--run", "9").status == 66)
        #expect(try fixture.nominal("why", "nothing").errors.contains("no task in the history has \"nothing\""))
        #expect(try fixture.nominal("why", "train", "--job", "job.json").errors.contains("give more of the name"))
        #expect(try fixture.nominal("why", "report", "--job", "job.json", "--run", "1").status == 64)
        #expect(try fixture.nominal("plan", "job.json", "--against", "9").errors.contains("there is no run 9"))
    }

    @Test("With JSON progress and messages every line of standard error is an object; results are unchanged")
    func lines() throws {
        let outcome = try fixture.nominal("run", "job.json", "--progress", "json", "--log-format", "json")
        #expect(outcome.status == 0 && outcome.output.contains("report: runs/job/report.html"))
        let objects = try outcome.errors.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let events = objects.compactMap { $0["event"] as? String }
        #expect(events.contains("reading") && events.contains("runStarted") && events.last == "runFinished")
        #expect(objects.allSatisfy { $0["event"] == nil || $0["version"] as? Int == 1 })
        let runs = objects.filter { $0["event"] as? String == "task" && $0["state"] as? String == "run" }
        #expect(runs.count == 22)
        #expect(objects.contains { $0["level"] as? String == "info" })

        let error = try fixture.nominal("run", "missing.json", "--log-format", "json")
        #expect(error.status == 66 && error.errors.hasPrefix("{\"level\":\"error\","))
        #expect(try fixture.nominal("run", "job.json", "--progress", "none").errors == "")
        #expect(try fixture.nominal("run", "job.json", "--progress", "some").status == 64)
    }

    @Test("The executor benchmark measures cold, unchanged and changed runs")
    func benchmark() throws {
        let outcome = try fixture.bench(
            "executor", "--tasks", "12", "--rounds", "1", "--blobs", "20", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let result = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        for name in ["coldSeconds", "noopSeconds", "rehashedNoopSeconds", "oneChangedSeconds"] {
            #expect((result[name] as? Double ?? 0) > 0)
        }
        #expect(result["oneChangedTasks"] as? Int == 2 && (result["peakMiB"] as? Int ?? 0) > 0)
        #expect(try fixture.bench("executor", "--tasks", "1").status == 64)
    }
}
