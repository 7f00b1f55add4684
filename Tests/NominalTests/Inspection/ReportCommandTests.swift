import Foundation
import Testing

/// The page of all runs, nights and models.
@Suite struct ReportCommandTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    private func writeNights(_ name: String) throws {
        try fixture.write(
            """
            {
              "name": "\(name)",
              "dataset": { "layout": "folder", "normal": "made/wood/train/good", "heldOutFraction": 0.2 },
              "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "training": { "steps": 2, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 },
              "retrain": { "incoming": "incoming", "settleSeconds": 0 }
            }
            """, to: name + ".json")
    }

    @Test("Each night is linked to the report of its own job, also if two jobs have nights of one date")
    func nights() throws {
        try fixture.nominal(
            "demo-data", "made", "--size", "64", "--train", "8", "--test-good", "1", "--test-defect", "1")
        try fixture.write("", to: "incoming/readme.txt")
        for name in ["plant", "mill"] {
            try writeNights(name)
            let night = try fixture.nominal("retrain", name + ".json", "--date", "2026-03-01")
            #expect(night.status == 0, "\(night)")
        }
        func links() throws -> [String] {
            #expect(try fixture.nominal("report", "--all").status == 0)
            return try fixture.text("runs/index.html").matches(of: /href="([^"]*nights[^"]*)"/).map { String($0.1) }
        }
        #expect(try links() == ["mill/nights/2026-03-01/report.html", "plant/nights/2026-03-01/report.html"])
        // Results in a folder of another name belong to the job that is left.
        try FileManager.default.moveItem(atPath: fixture.place("runs/mill"), toPath: fixture.place("runs/elsewhere"))
        #expect(try links() == ["elsewhere/nights/2026-03-01/report.html", "plant/nights/2026-03-01/report.html"])
        try fixture.remove("runs/elsewhere")
        #expect(try links() == ["plant/nights/2026-03-01/report.html"])
    }

    @Test("A missing folder of results, and a call without --all, end with their exit codes")
    func refusals() throws {
        let missing = try fixture.nominal("report", "--all")
        #expect(missing.status == 66 && missing.errors.contains("runs: there is no such folder of results"))
        let one = try fixture.nominal("report")
        #expect(one.status == 64 && one.errors.contains("runs/NAME/report.html"), "\(one)")
        try fixture.write("", to: "runs/readme.txt")
        // Results that cannot be read are left out with a warning.
        try fixture.write("", to: "runs/old/report.html")
        try fixture.write("{}", to: "runs/old/metrics.json")
        let all = try fixture.nominal("report", "--all")
        #expect(all.status == 0 && all.errors.contains("runs/old/metrics.json"), "\(all)")
        #expect(fixture.exists("runs/index.html"))
    }
}
