import Foundation
import Testing

/// The detector external on the command line, with a shell script as the program.
@Suite struct ExternalCommandTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        // Any TIFF of the right size: a map of zeros, and the size of the image's file as its score.
        try fixture.write(
            """
            test $1 = fit && exec touch model/nothing
            test -e model/nothing || exit 9
            printf '{' > scores.json
            for image in images/*.png; do
                name=$(basename "$image" .png)
                { cat head; head -c 16384 /dev/zero; } > "maps/$name.npy"
                printf '%s "%s": %d' "$separator" "$name" "$(wc -c < "$image")" >> scores.json
                separator=,
            done
            echo ' }' >> scores.json
            """, to: "detect.sh")
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (64, 64), }\n"
        try fixture.write(
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8), to: "head")
        try write(execution: "")
    }

    private func write(execution: String, files: String = #""detect.sh", "head""#) throws {
        try fixture.write(
            """
            { "name": "shell",
              "dataset": { "layout": "mvtec", "root": "data", "categories": ["wood"] },
              "image": { "width": 64, "height": 64 }, \(execution)
              "detector": { "kind": "external", "external": {
                "files": [\(files)], "fit": ["sh", "detect.sh", "fit"], "score": ["sh", "detect.sh"], "scores": true } } }
            """, to: "shell.json")
    }

    @Test("A job runs the program of its manifest; a model of it scores only with consent, as a run is reproduced")
    func consent() throws {
        let plan = try fixture.nominal("plan", "shell.json")
        #expect(plan.status == 0 && plan.output.contains("wood/external"), "\(plan)")
        let run = try fixture.nominal("run", "shell.json", "--output", "out")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try fixture.nominal("run", "shell.json", "--output", "out").errors.contains("nothing to do"))
        #expect(try fixture.text("out/models/wood.card.md").contains("sh detect.sh"))
        let arguments = ["score", "--model", "out/models/wood.nominal", "data/wood/test", "--output", "scored"]
        let refused = try fixture.nominal(environment: [:], arguments + ["--store", "other"])
        #expect(refused.status == 1 && refused.errors.contains("allow it with --allow-external"), "\(refused)")
        let scored = try fixture.nominal(environment: [:], arguments + ["--store", "other", "--allow-external"])
        #expect(scored.status == 0, "\(scored.errors)")
        let again = try fixture.nominal("reproduce", "out/metrics.json", "--quiet")
        #expect(again.status == 1 && again.errors.contains("--allow-external"), "\(again)")
        #expect(try fixture.nominal("reproduce", "out/metrics.json", "--quiet", "--allow-external").status == 0)
        let check = try fixture.nominal("run", "shell.json", "--output", "out", "--check", "100%")
        #expect(check.status == 0, "\(check.errors)")
    }

    @Test("Worker processes may run the program of the manifest too")
    func workers() throws {
        try write(execution: #""execution": { "timeLimitSeconds": 600 },"#)
        let run = try fixture.nominal("run", "shell.json", "--output", "out")
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("A missing file of the program stops plan and run before anything is made")
    func missing() throws {
        try write(execution: "", files: #""none.sh""#)
        for command in ["plan", "run"] {
            let outcome = try fixture.nominal(command, "shell.json")
            #expect(outcome.status == 66 && outcome.errors.contains("none.sh: no such file"), "\(outcome)")
        }
        #expect(!fixture.exists("runs") && !fixture.exists(".nominal"))
        #expect(try fixture.nominal("validate", "shell.json").status == 0)
    }

    @Test("Nights learn, and screen new images, with the program of the manifest")
    func nights() throws {
        try write(
            execution: """
                "retrain": { "incoming": "incoming", "settleSeconds": 0,
                  "gate": { "falseAlarms": 1, "recall": 1, "criterion": 1 } },
                """)
        try fixture.write("", to: "incoming/readme.txt")
        let first = try fixture.nominal("retrain", "shell.json", "--date", "2026-03-01")
        #expect(first.status == 0 && first.output.contains("promoted version 1"), "\(first)")
        try fixture.write(try fixture.bytes("data/wood/test/good/000.png"), to: "incoming/new.png")
        let second = try fixture.nominal("retrain", "shell.json", "--date", "2026-03-02")
        #expect([0, 10].contains(second.status) && second.output.contains("2026-03-02"), "\(second)")
        // The model in production holds another program now.
        try fixture.write(fixture.text("detect.sh") + "\n", to: "detect.sh")
        try fixture.write(try fixture.bytes("data/wood/test/good/001.png"), to: "incoming/newer.png")
        let third = try fixture.nominal("retrain", "shell.json", "--date", "2026-03-03")
        #expect(third.status == 1 && third.errors.contains("--allow-external"), "\(third)")
        let fourth = try fixture.nominal("retrain", "shell.json", "--date", "2026-03-04", "--allow-external")
        #expect([0, 10].contains(fourth.status), "\(fourth)")
    }

    @Test("Consent is described in the help of commands that use models")
    func help() throws {
        for command in ["score", "reproduce", "retrain"] {
            #expect(try fixture.nominal(command, "--help").output.contains("--allow-external"))
        }
    }
}
