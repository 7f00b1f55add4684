import Testing

@testable import Manifests

@Suite("Valid and invalid job manifests")
struct ManifestTableTests {
    @Test("every fault of a manifest is reported with its pointer, line and column", arguments: ManifestTableRow.all)
    func faults(row: ManifestTableRow) {
        let found: [ManifestTableRow.Fault]
        do {
            _ = try JobManifest.parse(bytes: Array(row.text.utf8), file: "job.json")
            found = []
        } catch {
            if case .malformed = error { #expect(row.judge == .grammar) } else { #expect(row.judge != .grammar) }
            found = error.violations.map { violation in
                ManifestTableRow.Fault(
                    pointer: violation.pointer.description, line: violation.position?.line ?? 0,
                    column: violation.position?.column ?? 0)
            }
        }
        #expect(found == row.faults)
    }

    @Test("the titles of the table are distinct")
    func titles() {
        let titles = ManifestTableRow.all.map(\.title)
        #expect(Set(titles).count == titles.count)
        #expect(titles.count >= 60)
    }

    @Test(
        "a message states the position, the fault, the expectation and the remedy",
        arguments: [
            (
                #""imgae": {}"#,
                "job.json:2:1: /imgae: found the unknown key \"imgae\"; expected one of the keys $schema, name, "
                    + "description, preset, paths, dataset, image, augmentation, corruption, detector, network, engine, "
                    + "training, scoring, calibration, require, card, perCategory, execution, retrain, variants; did you mean \"image\"?"
            ),
            (
                #""image": {"width": 20}"#,
                "job.json:2:20: /image/width: found the number 20; expected a whole number from 32 to 4096, a multiple of 8; "
                    + "write at least 32"
            ),
            (
                #""training": {"steps": "10"}"#,
                "job.json:2:23: /training/steps: found the string \"10\"; expected a whole number; remove the quotes"
            ),
            (
                #""scoring": {"imageScore": "maxx"}"#,
                "job.json:2:27: /scoring/imageScore: found the string \"maxx\"; expected \"sum\", \"max\", \"mean\" or "
                    + "\"topK\"; did you mean \"max\"?"
            ),
            (
                #""training": {"steps": 10}"#,
                "job.json:2:13: /training/warmupSteps: found 50 warm-up steps in 10 training steps; expected fewer "
                    + "warm-up steps than training steps; set warmupSteps below 10, or raise steps"
            ),
            (
                #""scoring": {"boxSize": 4}"#,
                "job.json:2:24: /scoring/boxSize: found the number 4; expected a whole number from 1 to 127, not a "
                    + "multiple of 2; change or remove it"
            ),
            (
                #""training": {"seed": 1, "seeds": [2]}"#,
                "job.json:2:22: /training/seed: found the number 1; expected either seed or seeds; change or remove it"
            ),
            (
                #""image": {},}"#,
                "job.json:2:12: found a comma before '}'; expected another element after the comma; remove the comma"
            ),
        ])
    func messages(members: String, message: String) {
        let error = #expect(throws: ManifestError.self) {
            try JobManifest.parse(bytes: Array(ManifestTableRow.extended(members).utf8), file: "job.json")
        }
        #expect(error?.violations.map(\.description) == [message])
    }

    @Test("a manifest of five thousand unknown keys is checked in linear time")
    func manyUnknownKeys() {
        let members = (0..<5_000).map { #""k\#($0)": 0"# }.joined(separator: ",")
        let error = #expect(throws: ManifestError.self) {
            try JobManifest.parse(bytes: Array(ManifestTableRow.extended(members).utf8), file: "job.json")
        }
        #expect(error?.violations.count == 5_000)
    }

    @Test("an error with many faults lists twenty and counts the rest")
    func manyFaults() {
        let members = (0..<30).map { #""unknown\#($0)": 0"# }.joined(separator: ",")
        let error = #expect(throws: ManifestError.self) {
            try JobManifest.parse(bytes: Array(ManifestTableRow.extended(members).utf8), file: "job.json")
        }
        #expect(error?.violations.count == 30)
        let lines = error?.description.split(separator: "\n") ?? []
        #expect(lines.count == 22)
        #expect(lines.first == "job.json is not a valid manifest, it has 30 faults:")
        #expect(lines.last == "  and 10 more")
    }
}
