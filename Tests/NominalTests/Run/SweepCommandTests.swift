import ContentStore
import Foundation
import Testing

/// Sweeps, up to the run of the best manifest.
@Suite struct SweepCommandTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest()
        try write()
    }

    private func write(_ parameters: String = #""/training/learningRate": [0.001, 0.01]"#, _ more: String = "") throws {
        try fixture.write(
            #"{"name": "rates", "job": "tiny.json", "parameters": {\#(parameters)}\#(more)}"#, to: "sweep.json")
    }

    @Test("A dry run shows trials and shared tasks, and changes nothing")
    func dryRun() throws {
        let outcome = try fixture.nominal("sweep", "sweep.json", "--dry-run")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("trial  /training/learningRate\n t001                   0.001\n"))
        // Per material: two groups of images, a selection and three shards of corruptions for both trials; and for each
        // trial three shards of training, autoencoder, calibration, assessment, scores and metrics.
        #expect(
            outcome.output.hasSuffix(
                """
                2 trials, 4 models
                44 tasks instead of 56 for separate trials; 12 are shared by several trials
                44 tasks to run, 0 cached

                """))
        #expect(!fixture.exists("runs") && !fixture.exists(".nominal"))
    }

    @Test("A sweep ranks its trials, shows test metrics apart, and the best manifest runs without training")
    func sweep() throws {
        let outcome = try fixture.nominal("sweep", "sweep.json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "rank  trial  criterion  ± categories  /training/learningRate")
        #expect(lines[1].hasPrefix("   1   t00") && lines[2].hasPrefix("   2   t00"))
        #expect(lines[3] == "")
        #expect(lines[4] == "metrics of labelled test images: for the record, takes no part in the ranking")
        #expect(lines[6] == "trial  image AUROC  pixel AUROC")
        #expect(outcome.output.hasSuffix("page: runs/rates/sweep.html\nbest: runs/rates/best.json\n"))
        #expect(outcome.errors.contains("note: one seed: give several"))
        #expect(
            fixture.files(below: "runs")
                == [".nominal-results", "best.json", "sweep.csv", "sweep.html", "sweep.json"].map { "rates/" + $0 })

        let before = try fixture.signatures(below: "runs")
        let again = try fixture.nominal("sweep", "sweep.json")
        #expect(again.errors.contains("nothing to do: all 44 tasks are cached; 0 files written to runs/rates"))
        #expect(again.output == outcome.output)
        #expect(try fixture.signatures(below: "runs") == before)
        #expect(
            try fixture.nominal("sweep", "sweep.json", "--dry-run").output.hasSuffix(
                "0 tasks to run, 44 cached\n"))

        #expect(try fixture.nominal("validate", "runs/rates/best.json").status == 0)
        let plan = try fixture.nominal("plan", "runs/rates/best.json").output
        #expect(!plan.contains("/train/") && !plan.contains("/score/"))
        #expect(try fixture.nominal("run", "runs/rates/best.json").status == 0)
        #expect(fixture.exists("runs/rates-best/report.html"))
    }

    @Test("A sweep with the name of a job leaves the files of its run alone")
    func sameName() throws {
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        let run = try fixture.signatures(below: "runs/tiny")
        try fixture.write(try fixture.text("sweep.json").replacing("rates", with: "tiny"), to: "sweep.json")
        #expect(try fixture.nominal("sweep", "sweep.json").status == 0)
        let both = try fixture.signatures(below: "runs/tiny")
        #expect(both.filter { run[$0.key] != nil } == run)
        #expect(Set(both.keys).subtracting(run.keys) == ["best.json", "sweep.csv", "sweep.html", "sweep.json"])
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        #expect(try fixture.signatures(below: "runs/tiny") == both)
    }

    @Test("A trial that fails is listed, the others are ranked, and the exit code is 1")
    func failure() throws {
        try fixture.write("no image", to: "textures/a.png")
        try write(#""/corruption/textures": ["textures", null]"#)
        let outcome = try fixture.nominal("sweep", "sweep.json")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("\n   1   t002"))
        #expect(outcome.output.contains("\nnot ranked\n  t001 (/corruption/textures \"textures\"): textures: "))
        #expect(outcome.errors.contains("error: textures: "))
        #expect(fixture.exists("runs/rates/best.json"))
    }

    @Test("An interrupted sweep writes no ranking, and resumes")
    func interruption() throws {
        try fixture.writeManifest(steps: 400, stepsPerShard: 2)
        let program = try fixture.start("sweep", "sweep.json")
        #expect(try program.waits(for: "train/0001 done"))
        program.process.interrupt()
        let outcome = try fixture.finish(program)
        #expect(outcome.status == 130)
        #expect(outcome.output == "")
        #expect(fixture.files(below: "runs") == ["rates/.nominal-results"])
        let plan = try fixture.nominal("sweep", "sweep.json", "--dry-run").output
        #expect(!plan.contains(" 0 cached"))
    }

    /// User errors in sweeps.
    static let wrongUse = [
        WrongUse(
            "a sweep that is not there", "sweep", "none.json", status: 66, words: "none.json: there is no such file"),
        WrongUse("a job in place of a sweep", "sweep", "tiny.json", status: 65, words: "found no key \"parameters\""),
        WrongUse("a sweep in place of a job", "run", "good.json", status: 65, words: "unknown key \"parameters\""),
        WrongUse(
            "a job that is not there", "sweep", "jobless.json", status: 66,
            words: "elsewhere.json: there is no such file"
        ),
        WrongUse(
            "a test metric to rank by", "sweep", "ranked.json", status: 65, words: "/rankBy: found the string",
            "test metrics must not select the settings that they evaluate"),
        WrongUse(
            "a value out of range", "sweep", "range.json", status: 65,
            words: "range.json:1:76: /parameters/~1training~1lambda/1: found the number 7 for /training/lambda",
            "expected a number from 0 to 1"),
        WrongUse(
            "a value out of range, validated", "validate", "range.json", status: 65,
            words: "range.json:1:76: /parameters/~1training~1lambda/1: found the number 7 for /training/lambda"),
        WrongUse(
            "a data set that is not there", "sweep", "dataless.json", status: 66, words: "/elsewhere: no such folder"),
        WrongUse("an option that sweeps have not", "sweep", "good.json", "--keep-going", status: 64, words: "Unknown"),
    ]

    @Test("A user error in a sweep names the object and the remedy, and leaves no file behind", arguments: wrongUse)
    func wrong(_ use: WrongUse) throws {
        func sweep(_ name: String, _ more: String = "", lambda: String = "[0.1, 0.2]", job: String = "tiny.json") throws
        {
            try fixture.write(
                #"{"name": "s", "job": "\#(job)", "parameters": {"/training/lambda": \#(lambda)}\#(more)}"#, to: name)
        }
        try sweep("good.json")
        try sweep("jobless.json", job: "elsewhere.json")
        try sweep("ranked.json", #", "rankBy": "imageAUROC""#)
        try sweep("range.json", lambda: "[0.5, 7]")
        try fixture.write(
            try fixture.text("tiny.json").replacing("\"data\"", with: "\"elsewhere\""), to: "nodata.json")
        try sweep("dataless.json", job: "nodata.json")
        let before = try fixture.signatures(below: "")
        let outcome = try fixture.finish(try fixture.start(arguments: use.arguments))
        #expect(outcome.status == use.status)
        for words in use.words { #expect(outcome.errors.contains(words), "\(outcome.errors)") }
        #expect(outcome.output == "")
        #expect(try fixture.signatures(below: "") == before)
    }
}
