import ContentStore
import DatasetTestSupport
import Foundation
import Manifests
import ModelRegistry
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

/// Cards of the models of tiny jobs.
@Suite struct CardTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
    }

    private func run(
        _ manifest: JobManifest, in bench: StageBench? = nil, threads: Int = 1
    ) throws -> (json: [UInt8], text: String, stages: Set<String>) {
        let bench = bench ?? self.bench
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try bench.execute(job.graph, threads: threads)
        func read(_ output: String) throws -> [UInt8] {
            try bench.store.read(try #require(summary.output(of: job.cases[0].card, named: output)))
        }
        return (
            try read("card.json"), String(decoding: try read("card.md"), as: UTF8.self),
            Set(summary.secondsByStage.keys)
        )
    }

    private func card(_ manifest: JobManifest) throws -> ModelCard {
        try StageJSON.decode(ModelCard.self, try run(manifest).json)
    }

    private func rules(_ card: ModelCard) -> Set<String> { Set(card.limits.map(\.rule)) }

    @Test("A card identifies the model by its digest, and the images by the digest of their sorted digests")
    func identity() throws {
        try data.writeCategory("bolt", train: 8)
        try data.writeImage(0, to: "bolt/train/good/copy.png")
        try data.writeImage(30, to: "textures/a.png")
        let manifest = try data.manifest(more: #", "corruption": { "textures": "textures" }"#)
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try bench.execute(job.graph)
        let card = try card(manifest)
        #expect(card.model.sha256 == summary.output(of: job.cases[0].calibrate, named: "model"))
        #expect(card.model.case == "bolt" && card.model.job == "tiny" && card.model.detector == "ssae")
        #expect(card.model.facts.map(\.label) == ["Architecture", "Base width", "Parameters"])
        #expect(try #require(Int(card.model.facts[2].value)) > 1000)
        #expect((card.data.training.images, card.data.heldOut.images, card.data.test.images) == (7, 1, 2))
        #expect(card.data.copies == 1 && card.data.testCopies == 0)
        // The equivalent of sha256sum, cut and sort.
        func list(_ files: [String]) throws -> Digest {
            let digests = try files.map { try Digest.of(filePath: data.path + "/bolt/" + $0).hex }
            return Digest.of(text: digests.sorted().map { $0 + "\n" }.joined())
        }
        #expect(try card.data.test.listSHA256 == list(["test/good/000.png", "test/dent/000.png"]))
        let normal = try (0..<8).map { try Digest.of(filePath: data.path + "/bolt/train/good/00\($0).png") }.sorted()
        #expect(card.data.heldOut.listSHA256 == Digest.of(text: ImageSet.listText(normal.prefix(1))))
        #expect(card.data.training.listSHA256 == Digest.of(text: ImageSet.listText(normal.dropFirst())))
        #expect(try card.data.textures == CardFacts.Textures([Digest.of(filePath: data.path + "/textures/a.png")]))
        #expect(card.data.training.formats == [.init(format: "png", colour: "rgb", bitDepth: 8, images: 7)])
        #expect(card.data.training.sizes == [.init(width: 24, height: 16, images: 7)])
        #expect(card.data.training.stretched == 7 && card.data.training.enlarged == 7)
        let training = try #require(card.training)
        #expect((training.steps, training.stepsTaken, training.seed) == (4, 4, 1))
        #expect(training.corruption.settings["contents.noise"] == 0.5)
        #expect(card.threshold.heldOutImages == 1 && card.threshold.targetFalseAlarmRate == 0.01)
        let stages = card.program.stages
        #expect(stages["train"] == TrainStage.version && stages["textures"] == TextureStage.version)
        #expect(stages["autoencoder"] == FitAutoencoderStage.version)
        #expect(rules(card).isSuperset(of: ["fewHeldOutImages", "fewTrainingImages", "resized", "fewTestImages"]))
    }

    @Test("Metrics are marked as from test labels, and verdicts are counted by kind")
    func labels() throws {
        try data.writeCategory("bolt")
        let (json, text, _) = try run(data.manifest())
        let card = try StageJSON.decode(ModelCard.self, json)
        #expect(card.testMetrics.isMeasured)
        #expect(card.testMetrics.kinds.map(\.kind) == ["good", "dent"])
        #expect(card.testMetrics.kinds.map(\.images) == [1, 1])
        #expect(text.contains("used neither in training nor for the threshold: 1 normal and 1 anomalous image"))
        #expect(text.contains("aupimo is not measured"))
    }

    @Test("Without test images or labels, the card lists what was not measured")
    func unlabelled() throws {
        try data.writeCategory("bolt")
        try data.remove("bolt/test")
        let (json, text, _) = try run(data.manifest())
        let card = try StageJSON.decode(ModelCard.self, json)
        #expect(!card.testMetrics.isMeasured && card.testMetrics.kinds.isEmpty && card.drift.isEmpty)
        #expect(card.data.test.images == 0 && rules(card).contains("notMeasured"))
        #expect(text.contains("Not measured: there were no labelled test images"))
        #expect(!text.contains("Verdicts on the test images") && text.contains("### Without labels"))

        for number in 0..<3 { try data.writeImage(number + 20, to: "plain/\(number).png") }
        try data.writeImage(40, to: "new/a.png")
        let plain = try JobManifest.parse(
            bytes: Array(
                #"{"name":"plain","dataset":{"layout":"folder","normal":"plain","score":"new"},"image":{"width":32,"height":32},"network":{"baseWidth":4},"training":{"steps":2,"batchSize":1,"warmupSteps":1}}"#
                    .utf8), file: data.path + "/plain.json")
        let unlabelled = try self.card(plain)
        #expect(unlabelled.testMetrics.images.unlabelled == 1 && !unlabelled.testMetrics.isMeasured)
        #expect(unlabelled.testMetrics.kinds.map(\.isAnomalous) == [nil] && unlabelled.data.layout == "folder")
    }

    @Test("Unusable files are counted by kind of fault, without their names")
    func setAside() throws {
        try data.writeCategory("bolt")
        try data.write([], to: "bolt/train/good/secret-empty.png")
        try data.write(Array("no image at all".utf8), to: "bolt/train/good/secret-text.png")
        try data.write(Array("nor here".utf8), to: "bolt/test/good/secret-other.png")
        let text = try String(
            decoding: AtomicFile.read(data.path + "/bolt/train/good/000.png"), as: Unicode.ASCII.self)
        try data.write(
            Array(AtomicFile.read(data.path + "/bolt/train/good/000.png").prefix(60)),
            to: "bolt/train/good/secret-short.png")
        #expect(!text.isEmpty)
        let manifest = try JobManifest.parse(
            bytes: Array(
                #"{"name":"tiny","dataset":{"layout":"mvtec","root":".","categories":["bolt"],"onBadImage":"quarantine"},"image":{"width":32,"height":32},"network":{"baseWidth":4},"training":{"steps":2,"batchSize":2,"warmupSteps":1}}"#
                    .utf8), file: data.path + "/tiny.json")
        let (json, page, _) = try run(manifest)
        let card = try StageJSON.decode(ModelCard.self, json)
        #expect(card.data.normalSetAside.values.reduce(0, +) == 3 && card.data.normalSetAside["empty"] == 1)
        #expect(card.data.testSetAside == ["unknownFormat": 1])
        #expect(rules(card).contains("setAside"))
        #expect(page.contains("1 has no bytes") && !page.contains("secret"))
        #expect(!String(decoding: json, as: UTF8.self).contains("secret"))
    }

    @Test("A card is deterministic across stores and threads, and contains no path")
    func stable() throws {
        try data.writeCategory("bolt")
        let manifest = try data.manifest()
        let first = try run(manifest), again = try run(manifest, in: StageBench(), threads: 2)
        #expect(first.json == again.json && first.text == again.text)
        for text in [first.text, String(decoding: first.json, as: UTF8.self)] {
            #expect(!text.contains(data.path) && !text.contains("000.png"))
        }
    }

    @Test("A changed statement of the owner reruns only the card and the report")
    func restated() throws {
        try data.writeCategory("bolt")
        let before = try run(data.manifest(more: #", "card": { "owner": "Line 3" }"#))
        #expect(before.stages.contains("train") && before.text.contains("Line 3 (stated by the owner)"))
        let after = try run(data.manifest(more: #", "card": { "owner": "Line 4" }"#))
        #expect(after.stages == ["card", "report"])
        #expect(after.text == before.text.replacing("Line 3", with: "Line 4"))
        #expect(try run(data.manifest(more: #", "card": { "owner": "Line 4" }"#)).stages.isEmpty)
    }

    @Test("Variants and categories can have their own statements and still share a model")
    func variants() throws {
        try data.writeCategory("bolt")
        let more = #", "variants": { "a": { "card": { "owner": "A" } }, "b": { "card": { "owner": "B" } } }"#
        let job = try Job(try data.manifest(more: more)) { try $0.map { try Digest.of(filePath: $0) } }
        #expect(job.graph.tasks.count { type(of: $0.stage).name == "train" } == 2)
        #expect(job.cases[0].card != job.cases[1].card && job.cases[0].calibrate == job.cases[1].calibrate)
        let summary = try bench.execute(job.graph)
        let model = try #require(summary.output(of: job.cases[0].calibrate, named: "model"))
        let cards = try bench.store.cards(of: model)
        #expect(
            Set(cards.map { $0["card.md"] })
                == Set(job.cases.map { summary.output(of: $0.card, named: "card.md") }))
        #expect(try bench.store.cards(of: Digest.of(text: "another")).isEmpty)
        let plan = try ExportPlan(job, summary, bench.store)
        #expect(
            plan.files.map(\.path).filter { $0.hasPrefix("models/") } == [
                "models/bolt.a.card.json", "models/bolt.a.card.md", "models/bolt.a.nominal", "models/bolt.b.card.json",
                "models/bolt.b.card.md", "models/bolt.b.nominal",
            ])
    }

    @Test("Names of folders and the owner's statements cannot break the page or become markup")
    func hostile() throws {
        let name = "a|b`<img src=x onerror=alert(1)>#[x](javascript:y)"
        try data.writeCategory(name)
        try data.writeImage(12, to: "\(name)/test/k\n# heading\n|x|\u{202E}/000.png")
        let words =
            ##"</td><script>alert(1)</script> | a \n"##.replacing("\\n", with: "")
            + #"![x](http://evil) `code` www.evil.org a@b $x$ *b* _i_ ~s~ \\ &amp; &lt;"#
        let text = String(decoding: try StageJSON.encode(words), as: UTF8.self)
        let fields =
            ["licence", "dataLicence", "owner", "contact"].map { "\"\($0)\": \(text)" }
            + ["dataSource", "intendedUse", "outOfScope", "notes"].map { "\"\($0)\": \(text)" }
        let names = String(decoding: try StageJSON.encode([name]), as: UTF8.self)
        let manifest = try JobManifest.parse(
            bytes: Array(
                """
                {"name":"tiny","dataset":{"layout":"mvtec","root":".","categories":\(names)},"image":{"width":32,"height":32},
                 "network":{"baseWidth":4},"training":{"steps":2,"batchSize":2,"warmupSteps":1},
                 "card":{\(fields.joined(separator: ","))}}
                """.utf8), file: data.path + "/tiny.json")
        let (json, page, _) = try run(manifest)
        #expect(try StageJSON.decode(ModelCard.self, json).statedByOwner.notes == words)
        #expect(
            !page.contains("<") && !page.replacing("\\]", with: "").contains("](") && !page.contains("://")
                && !page.contains("www.evil"))
        #expect(!page.contains("\u{202E}") && page.contains("x0A\\# heading"))
        #expect(page.components(separatedBy: "\n# ").count == 1 && page.hasPrefix("# Model card: a\\|b\\`&lt;img"))
        // Every table must keep its columns.
        var columns = 0
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                columns = 0
                continue
            }
            let count = line.replacing("\\\\", with: "").replacing("\\|", with: "").count { $0 == "|" }
            if columns == 0 { columns = count }
            #expect(count == columns, "\(line)")
        }
    }
}
