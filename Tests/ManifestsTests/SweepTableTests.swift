import PythonTestSupport
import Testing

@testable import Manifests

@Suite("Valid and invalid sweeps")
final class SweepTableTests {
    private let fixture: SweepFixture

    init() throws { fixture = try SweepFixture() }

    deinit { fixture.remove() }

    /// Trials that use every listed value, and fractions from ranges of real numbers.
    private static func trials(_ sweep: SweepManifest) -> [SweepTrial] {
        let count =
            sweep.parameters.map { parameter in
                if case .values(let values) = parameter.choices { values.count } else { 3 }
            }.max() ?? 0
        return (0..<count).map { number in
            SweepTrial(
                number: number + 1,
                values: sweep.parameters.map { parameter in
                    switch parameter.choices {
                    case .values(let values): values[number % values.count]
                    case .range(let range):
                        .number(
                            range.isInteger
                                ? range.max
                                : JSONNumber(
                                    range.min.double
                                        + 0.31 * Double(number + 1) * (range.max.double - range.min.double)))
                    }
                })
        }
    }

    @Test("every fault of a sweep is reported with its pointer, line and column", arguments: ManifestTableRow.sweeps)
    func faults(row: ManifestTableRow) {
        var found: [ManifestTableRow.Fault] = []
        do {
            let sweep = try fixture.parse(row.text)
            _ = try sweep.job(running: Self.trials(sweep))
        } catch {
            #expect(!"\(error)".contains("variants/t0"))
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
        let titles = ManifestTableRow.sweeps.map(\.title)
        #expect(Set(titles).count == titles.count)
        #expect(titles.count >= 50)
    }

    @Test(
        "Python's jsonschema agrees on sweeps",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func python() throws {
        let schema = String(decoding: ManifestSchema.sweep.bytes, as: UTF8.self)
        let rows = ManifestTableRow.sweeps
        let verdicts = try PythonValidator.verdicts(rows.map { (schema, $0.text) })
        try #require(verdicts.count == rows.count)
        for (verdict, row) in zip(verdicts, rows) {
            let isOurs = ManifestSchema.sweep.validator.violations(of: try JSONParserTests.parse(row.text)).isEmpty
            #expect(verdict == isOurs && verdict == (row.isValid || row.judge == .rules), "\(row.title)")
        }
    }

    private func message(_ members: String) -> String {
        let error = #expect(throws: ManifestError.self) {
            let sweep = try fixture.parse(#"{"name": "s", "job": "job.json", \#(members)}"#, name: "s.json")
            _ = try sweep.job(running: Self.trials(sweep))
        }
        return error?.violations.map { "\($0)".replacing(fixture.folder.path + "/", with: "") }.joined(separator: "\n")
            ?? ""
    }

    @Test("a message states the sweep, the job's key, the fault and the remedy")
    func messages() {
        #expect(
            message(#""parameters": {"/training/lambda": [0, 2]}"#)
                == "s.json:1:73: /parameters/~1training~1lambda/1: found the number 2 for /training/lambda; expected a "
                + "number from 0 to 1; write at most 1")
        #expect(
            message(#""parameters": {"training.lambda": [0]}"#)
                == "s.json:1:49: /parameters/training.lambda: found the string \"training.lambda\"; expected a JSON Pointer "
                + "to a key of the job's manifest, such as /training/learningRate; did you mean /training/lambda?")
        #expect(message(#""parameters": {"/training/lambdaa": [0]}"#).hasSuffix("; did you mean /training/lambda?"))
        #expect(
            message(#""parameters": {"/training/steps": [10]}"#)
                == "s.json:1:48: /parameters: found 20 warm-up steps in 10 training steps at /training/warmupSteps in the trial "
                + "/training/steps 10; expected fewer warm-up steps than training steps; set warmupSteps below 10, or raise steps"
        )
        #expect(
            message(
                #""search": {"method": "random", "samples": 2}, "parameters": {"/training/steps": {"min": 90, "max": 99}}"#
            ).hasSuffix("expected a whole number; set \"integer\" to true"))
        #expect(
            message(
                #""search": {"method": "random", "samples": 2}, "#
                    + #""parameters": {"/image/width": {"min": 64, "max": 72.1}}"#
            ).contains("found the number 72.1 for /image/width; expected a whole number; round it"))
    }

    @Test(
        "ranking by anything except the criterion is rejected with the reason",
        arguments: [#""imageAUROC""#, #""pixelAUROC""#, #""AUPRO""#, #""Criterion""#, "null", "1", #"["criterion"]"#])
    func rankBy(value: String) {
        let text = message(#""rankBy": \#(value), "parameters": {"/training/lambda": [0]}"#)
        #expect(text.contains("/rankBy: found "))
        #expect(text.contains("test metrics must not select the settings that they evaluate"))
        #expect(text.contains("write \"criterion\", or remove the key"))
    }

    @Test("a grid is limited to a thousand trials")
    func limit() throws {
        func grid(_ first: Int, _ second: Int) -> String {
            func list(_ count: Int) -> String { (0..<count).map { "\(Double($0) / 1000)" }.joined(separator: ",") }
            return #""/training/lambda": [\#(list(first))], "/corruption/cleanFraction": [\#(list(second))]"#
        }
        #expect(try fixture.sweep(grid(40, 25)).parameters.count == 2)
        let error = #expect(throws: ManifestError.self) { try fixture.sweep(grid(77, 13)) }
        #expect(error?.description.contains("found 1001 combinations; expected at most 1000") == true)
    }
}
