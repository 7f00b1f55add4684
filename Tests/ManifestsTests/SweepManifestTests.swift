import Foundation
import Testing

@testable import Manifests

@Suite("Sweep manifest")
final class SweepManifestTests {
    private let fixture: SweepFixture

    init() throws { fixture = try SweepFixture() }

    deinit { fixture.remove() }

    private func trials(_ sweep: SweepManifest, _ values: [JSONValue]...) -> [SweepTrial] {
        values.enumerated().map { SweepTrial(number: $0.offset + 1, values: $0.element) }
    }

    @Test("a sweep of three keys gets all defaults and the seed of the job")
    func defaults() throws {
        let sweep = try fixture.sweep(#""/training/lambda": [0, 1]"#)
        #expect((sweep.name, sweep.description) == ("s", ""))
        #expect(sweep.search == .grid)
        #expect(sweep.seeds == [7])
        #expect(sweep.job.name == "base")
        #expect(sweep.parameters.map(\.pointer.description) == ["/training/lambda"])
        #expect(sweep.parameters.map(\.choices) == [.values([.number(0), .number(1)])])
        #expect(sweep.resolved["rankBy"] == .string("criterion"))
    }

    @Test("random search has samples and the default seed 1")
    func random() throws {
        let more = #", "search": {"method": "random", "samples": 5}, "seeds": [3, 1]"#
        let sweep = try fixture.sweep(#""/training/steps": {"min": 50, "max": 90, "integer": true}"#, more)
        #expect(sweep.search == .random(samples: 5, seed: 1))
        #expect(sweep.seeds == [3, 1])
        guard case .range(let range) = sweep.parameters[0].choices else {
            Issue.record("found \(sweep.parameters[0].choices)")
            return
        }
        #expect((range.min.integer, range.max.integer, range.isInteger, range.isLogarithmic) == (50, 90, true, false))
        #expect(sweep.parameters[0].valueCount == 41)
    }

    @Test("trials become variants of the job with the seeds of the sweep")
    func variants() throws {
        let sweep = try fixture.sweep(
            #""/training/lambda": [0, 1], "/corruption/model": ["nsa"]"#, #", "seeds": [1, 2]"#)
        let job = try sweep.job(
            running: trials(sweep, [.number(0), .string("nsa")], [.number(1), .string("nsa")]))
        let cases = try job.cases()
        #expect(cases.map(\.name) == ["t001.seed1", "t001.seed2", "t002.seed1", "t002.seed2"])
        #expect(cases.map(\.variant) == ["t001", "t001", "t002", "t002"])
        #expect(cases.map(\.manifest.training.lambda) == [0, 0, 1, 1])
        #expect(cases.map(\.manifest.training.seed) == [1, 2, 1, 2])
        #expect(cases.allSatisfy { $0.manifest.corruption.model == .nsa && $0.manifest.training.steps == 100 })
        #expect(cases[0].manifest.folder == sweep.job.folder)
        #expect(job.name == "base")
    }

    @Test("an object as a value is a merge patch, and null restores the default")
    func patches() throws {
        let sweep = try fixture.sweep(
            #""/corruption": [{"cleanFraction": 0.5}, null], "/training/steps": [null, 200]"#)
        let cases = try sweep.job(
            running: trials(
                sweep, [.object([JSONMember("cleanFraction", .number(0.5))]), .null], [.null, .number(200)])
        ).cases()
        #expect(cases.map(\.manifest.corruption.cleanFraction) == [0.5, 0.1])
        #expect(cases.map(\.manifest.corruption.textures?.absolute) == ["/textures", nil])
        #expect(cases.map(\.manifest.training.steps) == [1000, 200])
    }

    @Test("the winner is a complete manifest: values, name, relative paths, the job's own seed")
    func winner() throws {
        let sweep = try fixture.sweep(#""/training/lambda": [0, 0.25]"#, #", "seeds": [1, 2]"#)
        let folder = fixture.folder.path + "/runs/s"
        let text = try sweep.winner(SweepTrial(number: 2, values: [.number(0.25)]), of: 2, in: folder)
        let best = try JobManifest.parse(bytes: Array(text.utf8), file: folder + "/best.json")
        #expect(best.name == "s-best")
        #expect(
            best.description.hasPrefix("A base. Best of 2 trials of the sweep s by a criterion that needs no label:"))
        #expect(best.description.hasSuffix("/training/lambda 0.25."))
        #expect((best.training.lambda, best.training.seeds) == (0.25, [7]))
        #expect(best.dataset.layout == sweep.job.dataset.layout.moved(to: "../../../data"))
        #expect(best.corruption.textures?.written == "/textures")
        #expect(best.resolved["$schema"] == nil)
        #expect(try best.cases().map(\.name) == [""])
    }

    @Test("the winner keeps all relative paths of the job valid")
    func winnerPaths() throws {
        let nightly = try SweepFixture(
            job: SweepFixture.job.replacing(
                #""corruption""#,
                with:
                    #""retrain": { "incoming": "../new" }, "perCategory": { "c": { "corruption": { "textures": "t" } } }, "corruption""#
            ))
        defer { nightly.remove() }
        let sweep = try nightly.sweep(#""/training/lambda": [0, 0.25]"#)
        let folder = nightly.folder.path + "/runs/s"
        let text = try sweep.winner(SweepTrial(number: 1, values: [.number(0)]), of: 2, in: folder)
        let best = try JobManifest.parse(bytes: Array(text.utf8), file: folder + "/best.json")
        #expect(best.retrain?.incoming.absolute == sweep.job.retrain?.incoming.absolute)
        let textures = try [best, sweep.job].map { try $0.narrowed(to: "c").corruption.textures?.absolute }
        #expect(textures[0] == textures[1])
    }

    @Test("the job's path is relative to the sweep, and reported in that form")
    func missingJob() throws {
        let text = #"{"name": "s", "job": "none.json", "parameters": {"/training/lambda": [0]}}"#
        #expect(throws: ManifestError.missing(file: fixture.folder.path + "/sub/none.json")) {
            try fixture.parse(text, name: "sub/sweep.json")
        }
        #expect(throws: ManifestError.missing(file: "none.json")) {
            try SweepManifest.parse(bytes: Array(text.utf8), file: "sweep.json")
        }
        #expect(throws: ManifestError.missing(file: "/none.json")) {
            try fixture.parse(text.replacing("none.json", with: "/none.json"))
        }
    }

    @Test("a job with variants is rejected, and an invalid job is reported with its own positions")
    func jobFaults() throws {
        let varied = try SweepFixture(job: SweepFixture.job.replacing("\"name\"", with: "\"variants\": {}, \"name\""))
        defer { varied.remove() }
        let error = #expect(throws: ManifestError.self) { try varied.sweep(#""/training/lambda": [0]"#) }
        #expect(error?.violations.map(\.pointer.description) == ["/job"])
        #expect(error?.description.contains("a job with variants; expected a job without") == true)

        let faulty = try SweepFixture(job: SweepFixture.job.replacing("100", with: "0"))
        defer { faulty.remove() }
        let other = #expect(throws: ManifestError.self) { try faulty.sweep(#""/training/lambda": [0]"#) }
        #expect(other?.violations.map(\.pointer.description) == ["/training/steps"])
        #expect(other?.violations.first?.file.hasSuffix("/job.json") == true)
    }

    @Test("sweeps and jobs are distinguished by their keys")
    func kinds() throws {
        func kind(_ text: String) throws -> Bool {
            let file = fixture.folder.appending(path: "kind.json")
            try Data(text.utf8).write(to: file)
            return SweepManifest.isSweep(path: file.path)
        }
        #expect(try kind(#"{"parameters": {}}"#))
        #expect(try kind(#"{"job": "a"}"#))
        #expect(try !kind(#"{"job": "a", "dataset": {}}"#))
        #expect(try !kind(SweepFixture.job))
        #expect(try !kind("{"))
        #expect(try !kind("[1]"))
        #expect(!SweepManifest.isSweep(path: fixture.folder.path + "/none.json"))
    }
}

extension DatasetSection.Layout {
    /// The layout mvtec with another text of its root.
    fileprivate func moved(to written: String) -> Self {
        guard case .mvtec(let root, let categories) = self else { return self }
        let folder = ManifestPath("../jobs/runs/s", relativeTo: root.absolute).absolute
        return .mvtec(root: ManifestPath(written, relativeTo: folder), categories: categories)
    }
}

/// A folder with the manifest of a job.
struct SweepFixture {
    static let job = #"""
        {
          "$schema": "../schemas/job.schema.json",
          "name": "base",
          "description": "A base.",
          "dataset": { "layout": "mvtec", "root": "../data" },
          "training": { "steps": 100, "warmupSteps": 20, "seed": 7 },
          "corruption": { "textures": "/textures" }
        }
        """#

    let folder: URL

    init(job: String = SweepFixture.job) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sweeps-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(job.utf8).write(to: folder.appending(path: "job.json"))
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// - Parameter name: the name of the file, which need not exist.
    func parse(_ text: String, name: String = "sweep.json") throws(ManifestError) -> SweepManifest {
        try SweepManifest.parse(bytes: Array(text.utf8), file: folder.appending(path: name).path)
    }

    /// A sweep with these members of `parameters` and additional members.
    func sweep(_ parameters: String, _ more: String = "") throws(ManifestError) -> SweepManifest {
        try parse(#"{"name": "s", "job": "job.json", "parameters": {\#(parameters)}\#(more)}"#)
    }
}
