import Foundation
import Testing

@testable import Manifests

@Suite("Job manifest")
struct JobManifestTests {
    static func manifest(_ members: String = #""description": "d""#, file: String = "/plant/jobs/a.json") throws
        -> JobManifest
    {
        try JobManifest.parse(bytes: Array(ManifestTableRow.extended(members).utf8), file: file)
    }

    @Test("every path of the schema is mapped in results and in the manifests of sweeps")
    func pathKeys() throws {
        let schema = ManifestSchema.job.document
        func places(_ value: JSONValue, _ keys: [String]) -> [[String]] {
            if value["$ref"]?.string == "#/$defs/path" { return [keys] }
            let alternatives = (value["oneOf"]?.elements ?? []).flatMap { places($0, keys) }
            return alternatives
                + (value["properties"]?.members ?? []).flatMap { places($0.value, keys + [$0.name]) }
        }
        #expect(Set(places(schema, [])) == Set(JobManifest.pathKeys))
    }

    @Test("a manifest of two keys gets all defaults of the schema")
    func defaults() throws {
        let manifest = try Self.manifest()
        #expect(manifest.name == "a")
        #expect(manifest.description == "d")
        #expect(manifest.dataset.onBadImage == .fail)
        #expect(manifest.dataset.heldOutFraction == 0.1)
        #expect((manifest.image.width, manifest.image.height) == (256, 256))
        #expect(!manifest.augmentation.flipHorizontal && !manifest.augmentation.quarterTurns)
        #expect(manifest.augmentation.shift == 0)
        #expect(manifest.corruption.model == .structured)
        #expect(manifest.corruption.textures == nil)
        #expect(manifest.corruption.structured.patches == 1...3)
        #expect(manifest.corruption.structured.size == 0.02...0.4)
        #expect(manifest.corruption.structured.opacity == 0.3...1)
        #expect(manifest.corruption.structured.softness == 0...0.02)
        #expect(manifest.corruption.structured.shapes.stroke == 1)
        #expect(manifest.corruption.structured.contents.blur == 0.5)
        #expect(manifest.network.architecture == .sdc)
        #expect(manifest.network.baseWidth == 16)
        #expect((manifest.engine.name, manifest.engine.precision) == (.auto, .float32))
        #expect((manifest.training.steps, manifest.training.batchSize, manifest.training.warmupSteps) == (1000, 8, 50))
        #expect((manifest.training.learningRate, manifest.training.finalLearningRate) == (0.001, 0.00001))
        #expect(manifest.training.seeds == [1])
        #expect(manifest.card == CardSection(.object([])) && manifest.preset == nil)
        #expect((manifest.scoring.boxSize, manifest.scoring.boxPasses, manifest.scoring.imageScore) == (nil, 3, .max))
        #expect((manifest.scoring.topFraction, manifest.scoring.shardSize) == (0.01, 32))
        #expect(manifest.calibration.quantile == 0.99 && manifest.calibration.estimate == .robust)
        #expect(manifest.scoring.levels == 1)
    }

    @Test(
        "the memory of a run is a number of bytes, or one with a unit",
        arguments: [
            ("1048576", 1 << 20), (#""4 GB""#, 4_000_000_000), (#""1.5GiB""#, 3 << 29), (#""512 MiB""#, 512 << 20),
            (#""2 TB""#, 2_000_000_000_000),
        ])
    func memory(_ text: String, _ bytes: Int) throws {
        #expect(try Self.manifest(#""execution": {"memory": \#(text)}"#).execution.memoryBytes == bytes)
    }

    @Test(
        "a memory without a known unit is refused",
        arguments: ["0", "-1", "1.5", #""4""#, #""4 gb""#, #""0 GB""#, #""1e9 GB""#, #""4 GB ""#, #""99999999 TB""#])
    func badMemory(_ text: String) {
        #expect(throws: ManifestError.self) { try Self.manifest(#""execution": {"memory": \#(text)}"#) }
    }

    @Test(
        "a preset overrides the schema's defaults, and the manifest overrides the preset",
        arguments: Preset.allCases)
    func presets(_ preset: Preset) throws {
        let plain = try Self.manifest(#""preset": "\#(preset.rawValue)""#)
        let normalization: ScoringSection.Normalization =
            switch preset {
            case .object: .expectedError
            case .texture: .localContrast
            }
        #expect(plain.scoring.normalization == normalization)
        #expect(plain.corruption.foregroundOnly == (preset == .object))
        #expect(plain.corruption.structured.opacity == 0.3...1)
        let own = try Self.manifest(
            #""preset": "\#(preset.rawValue)", "scoring": {"boxSize": 3}, "corruption": {"structured": {"size": {"min": 0.1}}}"#
        )
        #expect(own.scoring.boxSize == 3 && own.scoring.normalization == normalization)
        #expect(own.corruption.structured.size == 0.1...plain.corruption.structured.size.upperBound)
        // Written out, the job is the same.
        let text = JSONSerializer.pretty(own.resolved)
        #expect(try JobManifest.parse(bytes: Array(text.utf8), file: "/plant/jobs/a.json").scoring == own.scoring)
    }

    @Test(
        "a preset's steps grow up to fourfold for smaller network inputs, and the manifest overrides them",
        arguments: [
            ("", 1600), (#", "image": {"width": 192, "height": 256}"#, 1600),
            (#", "image": {"width": 128, "height": 256}"#, 3200), (#", "image": {"width": 64, "height": 64}"#, 6400),
            (#", "image": {"width": 512, "height": 512}"#, 1600),
            (#", "network": {"reduction": 2}"#, 6400),
            (#", "image": {"width": 512, "height": 256}, "network": {"reduction": 2}"#, 3200),
            (#", "image": {"width": 512, "height": 512}, "network": {"reduction": 4}"#, 6400),
            (#", "image": {"width": 512, "height": 512, "tile": {"width": 128, "height": 128, "overlap": 16}}"#, 6400),
            (#", "image": {"width": 64, "height": 64}, "training": {"steps": 70}"#, 70),
        ])
    func presetSteps(_ more: String, _ steps: Int) throws {
        #expect(try Self.manifest(#""preset": "object""# + more).training.steps == steps)
    }

    @Test("a category overrides single keys of the card")
    func card() throws {
        let manifest = try Self.manifest(
            #""preset": "object", "card": {"owner": "o", "notes": "n"}, "perCategory": {"c": {"card": {"owner": "p"}}}"#
        )
        #expect(manifest.card.owner == "o" && manifest.card.notes == "n" && manifest.card.licence == nil)
        #expect(manifest.preset == "object")
        let own = try manifest.narrowed(to: "c").card
        #expect(own.owner == "p" && own.notes == "n")
    }

    @Test("a variant can choose another preset")
    func presetVariants() throws {
        let cases = try Self.manifest(
            #""preset": "texture", "variants": {"a": {}, "b": {"preset": "object"}, "c": {"preset": null}}"#
        ).cases()
        #expect(cases.map(\.manifest.corruption.foregroundOnly) == [false, true, false])
        #expect(cases.map(\.manifest.scoring.normalization) == [.localContrast, .expectedError, .none])
    }

    @Test("a category's patch overrides the manifest and its variants")
    func perCategory() throws {
        let manifest = try Self.manifest(
            #""training": {"steps": 100}, "perCategory": {"screw": {"preset": "object", "training": {"steps": 200}}}, "#
                + #""variants": {"a": {}, "b": {"training": {"steps": 300, "seeds": [1, 2]}}, "c": {"perCategory": null}}"#
        )
        #expect(manifest.changedCategories == ["screw"])
        let cases = try manifest.cases()
        #expect(cases.map(\.name) == ["a", "b.seed1", "b.seed2", "c"])
        #expect(try cases.map { try $0.manifest.narrowed(to: "screw").training.steps } == [200, 200, 200, 100])
        #expect(try cases.map { try $0.manifest.narrowed(to: "nut").training.steps } == [100, 300, 300, 100])
        #expect(try cases.map { try $0.manifest.narrowed(to: "screw").training.seed } == [1, 1, 2, 1])
        #expect(try cases[0].manifest.narrowed(to: "screw").corruption.foregroundOnly)
        #expect(try !cases[0].manifest.narrowed(to: "nut").corruption.foregroundOnly)
    }

    @Test("relations between keys are checked with the values of the preset")
    func presetRelations() {
        #expect(throws: ManifestError.self) {
            try Self.manifest(#""preset": "object", "corruption": {"structured": {"patches": {"max": 1}}}"#)
        }
        #expect(throws: ManifestError.self) { try Self.manifest(#""preset": "screw""#) }
    }

    @Test(
        "the resolved manifest of a case is valid and resolves to itself",
        arguments: ManifestTableRow.all.filter(\.isValid))
    func resolved(row: ManifestTableRow) throws {
        for item in try JobManifest.parse(bytes: Array(row.text.utf8), file: "a.json").cases() {
            let text = JSONSerializer.pretty(item.manifest.resolved)
            let again = try JobManifest.parse(bytes: Array(text.utf8), file: "a.json")
            #expect(JSONSerializer.pretty(again.resolved) == text)
        }
    }

    @Test("the resolved manifest keeps the order of the schema and paths as written")
    func order() throws {
        let manifest = try Self.manifest(#""image": {"height": 64}, "corruption": {"textures": "../t"}"#)
        #expect(
            manifest.resolved.members?.map(\.name) == [
                "name", "description", "paths", "dataset", "image", "augmentation", "corruption", "detector", "network",
                "engine",
                "training",
                "scoring", "calibration", "card", "execution",
            ])
        #expect(manifest.resolved["dataset"]?["categories"] == .string("all"))
        #expect(manifest.resolved["dataset"]?["root"] == .string("d"))
        #expect(manifest.resolved["image"]?.members?.map(\.name) == ["width", "height", "colour"])
        #expect(manifest.resolved["corruption"]?["textures"] == .string("../t"))
    }

    @Test(
        "shown and stored manifests have all paths replaced, and stored ones can be restored"
    )
    func keptPaths() throws {
        let text = """
            {
              "name": "a", "paths": "digest",
              "dataset": { "layout": "folder", "normal": "/abs/n", "score": "s", "links": "follow" },
              "corruption": { "textures": "/abs/t" },
              "retrain": { "incoming": "/abs/i", "gate": { "labelled": "l" } },
              "perCategory": { "c": { "corruption": { "textures": "/abs/c" } } },
              "variants": {
                "v": {
                  "dataset": { "normal": "/abs/v" },
                  "perCategory": { "c": { "corruption": { "textures": "x" } } }
                }
              }
            }
            """
        let bytes = Array(text.utf8)
        let manifest = try JobManifest.parse(bytes: bytes, file: "/plant/a.json")
        #expect(manifest.paths == .digest && manifest.dataset.links == .follow)
        let shown = JSONSerializer.canonical(manifest.shown { "<\($0)>" })
        for path in ["/abs/n", "s", "/abs/t", "/abs/i", "l", "/abs/c", "/abs/v", "x"] {
            #expect(shown.contains("\"<\(path)>\""), "\(path)")
        }
        #expect(!shown.contains("\"paths\"") && !shown.contains("follow") && !shown.contains("execution"))
        // Without hidden paths, the bytes are unchanged.
        #expect(manifest.kept(bytes) { $0 } == bytes)
        let kept = manifest.kept(bytes) { $0.hasPrefix("/") ? "hidden" : $0 }
        #expect(!String(decoding: kept, as: UTF8.self).contains("/abs"))
        #expect(try manifest.restored(kept) { $0 == "hidden" }.document == manifest.document)
        // With the current folders.
        let moved = try JobManifest.parse(
            bytes: Array(text.replacing("/abs/i", with: "/new/i").utf8), file: "/plant/a.json")
        #expect(try moved.restored(kept) { $0 == "hidden" }.retrain?.incoming.absolute == "/new/i")
    }

    @Test("relative paths start from the manifest's folder and keep their text")
    func paths() throws {
        let manifest = try Self.manifest(#""corruption": {"textures": "/abs/./x/../t/"}"#)
        #expect(manifest.folder == "/plant/jobs")
        #expect(manifest.corruption.textures?.absolute == "/abs/t")
        #expect(manifest.corruption.textures?.written == "/abs/./x/../t/")
        guard case .mvtec(let root, .all) = manifest.dataset.layout else {
            Issue.record("found \(manifest.dataset.layout)")
            return
        }
        #expect((root.absolute, root.written, root.name) == ("/plant/jobs/d", "d", "d"))
    }

    @Test(
        "paths are made absolute textually",
        arguments: [
            ("../data/x", "/a/jobs", "/a/data/x"), (".", "/a", "/a"), ("../../../..", "/a/b", "/"),
            ("x//y/.", "/", "/x/y"),
            ("a b/ü", "/r", "/r/a b/ü"), ("~/x", "/r", "/r/~/x"),
        ])
    func absolutePaths(written: String, folder: String, absolute: String) {
        #expect(ManifestPath(written, relativeTo: folder).absolute == absolute)
    }

    @Test("a relative manifest path starts from the current folder")
    func relativeFile() throws {
        let manifest = try Self.manifest(file: "jobs/a.json")
        #expect(manifest.folder == ManifestPath("jobs", relativeTo: ".").absolute)
        #expect(manifest.folder.hasPrefix("/") && manifest.folder.hasSuffix("/jobs"))
    }

    @Test("the layout folder has normal images and optionally images to score")
    func folderLayout() throws {
        let text = #"{"name": "a", "dataset": {"layout": "folder", "normal": "n", "score": "../s"}}"#
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: "/p/a.json")
        let normal = ManifestPath("n", relativeTo: "/p")
        #expect(manifest.dataset.layout == .folder(normal: normal, score: ManifestPath("../s", relativeTo: "/p")))
        #expect(manifest.resolved["dataset"]?["categories"] == nil)
    }

    @Test("a plain manifest is one unnamed case, equal to the manifest")
    func plainCase() throws {
        let manifest = try Self.manifest()
        let cases = try manifest.cases()
        #expect(cases.map(\.name) == [""])
        #expect(cases.first?.manifest == manifest)
    }

    @Test("variants and seeds multiply in the order of the text")
    func cases() throws {
        let manifest = try Self.manifest(
            #"""
            "training": {"lambda": 0.3, "seeds": [7, 2]},
            "variants": {"plain": {}, "lambda0": {"training": {"lambda": 0}}, "one": {"training": {"seeds": null, "seed": 5}}}
            """#)
        let cases = try manifest.cases()
        #expect(cases.map(\.name) == ["plain.seed7", "plain.seed2", "lambda0.seed7", "lambda0.seed2", "one"])
        #expect(cases.map(\.manifest.training.seeds) == [[7], [2], [7], [2], [5]])
        #expect(cases.map(\.manifest.training.lambda) == [0.3, 0.3, 0, 0, 0.3])
        for item in cases {
            #expect(item.manifest.resolved["variants"] == nil)
            #expect(item.manifest.resolved["training"]?["seeds"] == nil)
            #expect(try item.manifest.cases().map(\.name) == [""])
        }
        #expect(manifest.training.seeds == [7, 2])
    }

    @Test("seeds without variants name their cases")
    func seedCases() throws {
        #expect(try Self.manifest(#""training": {"seeds": [3]}"#).cases().map(\.name) == ["seed3"])
    }

    @Test("a case resolves to the same bytes as an equivalent plain manifest")
    func caseBytes() throws {
        let varied = try Self.manifest(#""variants": {"v": {"network": {"baseWidth": 32}, "image": {"width": 64}}}"#)
        let plain = try Self.manifest(#""image": {"width": 64.0}, "network": {"baseWidth": 32}"#)
        let resolved = try #require(try varied.cases().first).manifest.resolved
        #expect(JSONSerializer.canonical(resolved) == JSONSerializer.canonical(plain.resolved))
    }

    @Test("missing and unreadable files are reported by name")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "manifests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appending(path: "none.json").path
        #expect(throws: ManifestError.missing(file: missing)) { try JobManifest.load(path: missing) }
        #expect(JobManifest.violations(path: missing).map(\.found) == ["no such file"])

        #expect(throws: ManifestError.folder(file: folder.path)) { try JobManifest.load(path: folder.path) }
        #expect(JobManifest.violations(path: folder.path).map(\.found) == ["a folder"])

        let good = folder.appending(path: "good.json")
        try Data(ManifestTableRow.extended(#""image": {}"#).utf8).write(to: good)
        #expect(JobManifest.violations(path: good.path).isEmpty)
        #expect(try JobManifest.load(path: good.path).folder == folder.path)

        let below = good.path + "/job.json"
        let error = #expect(throws: ManifestError.self) { try JobManifest.load(path: below) }
        guard case .unreadable(let file, let reason) = error else {
            Issue.record("found \(String(describing: error))")
            return
        }
        #expect(file == below && !reason.isEmpty)
    }

    @Test("every manifest in jobs is valid, named after its file, and uses a data set in ../data")
    func jobs() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: "jobs")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            // Hidden files are temporary.
            $0.hasSuffix(".json") && !$0.hasPrefix(".")
        }.sorted()
        #expect(files.contains("demo.json") && files.contains("mvtec_ad.json"))
        for file in files {
            let path = folder.appending(path: file).path
            if SweepManifest.isSweep(path: path) {
                #expect(try SweepManifest.load(path: path).name + ".json" == file)
                continue
            }
            #expect(JobManifest.violations(path: path) == [])
            let manifest = try JobManifest.load(path: path)
            #expect(manifest.name + ".json" == file)
            let data: ManifestPath
            switch manifest.dataset.layout {
            case .mvtec(let root, _), .published(_, let root, _): data = root
            case .folder:
                Issue.record("\(file) is expected to have a layout with categories")
                continue
            }
            #expect(data.written.hasPrefix("../data/") && data.absolute.hasPrefix(root.path + "/data/"))
        }
    }

    @Test("a manifest with too many cases or values is rejected")
    func excess() throws {
        func faults(_ members: [String]) -> [ManifestViolation]? {
            let text = ManifestTableRow.extended(members.joined(separator: ","))
            do {
                _ = try JobManifest.parse(bytes: Array(text.utf8), file: "job.json")
                return []
            } catch { return error.violations }
        }
        func object(_ name: String, _ count: Int) -> String {
            let steps = (0..<count).map { #""v\#($0)": {"training": {"steps": \#(1000 + $0)}}"# }
            return #""\#(name)": {\#(steps.joined(separator: ","))}"#
        }
        let seeds = #""training": {"seeds": [\#((0..<100).map(String.init).joined(separator: ","))]}"#
        #expect(faults([seeds, object("variants", 100)]) == [])
        let cases = try #require(faults([seeds, object("variants", 101)]))
        #expect(cases.map(\.found) == ["10100 cases of 101 variants"])
        #expect(cases.map(\.pointer) == [JSONPointer.root.appending("variants")])
        let values = try #require(faults([object("variants", 1500), object("perCategory", 1500)]))
        #expect(values.count == 1 && values[0].found.contains("more than 10000000 values"))
    }
}
