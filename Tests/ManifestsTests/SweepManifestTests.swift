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

    @Test("a sweep of three keys gets every default, and the seed of the job")
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

    @Test("random search has samples, and the seed 1 unless told otherwise")
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

    @Test("trials become variants of the job, with the seeds of the sweep")
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

    @Test("an object as a value is a merge patch, and null takes a key back to its default")
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

    @Test("the winner is a manifest by itself: values, name, paths from its folder, the job's own seed")
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

    @Test("the job is looked for beside the sweep, and named as a person would name it")
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

    @Test("a job with variants is refused, as trials take their place; a faulty one is reported by its own places")
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

    @Test("sweeps are told from jobs by their keys")
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
    /// The layout mvtec with its root written in another way.
    fileprivate func moved(to written: String) -> Self {
        guard case .mvtec(let root, let categories) = self else { return self }
        let folder = ManifestPath("../jobs/runs/s", relativeTo: root.absolute).absolute
        return .mvtec(root: ManifestPath(written, relativeTo: folder), categories: categories)
    }
}
