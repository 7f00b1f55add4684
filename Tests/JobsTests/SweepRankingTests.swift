import DatasetTestSupport
import Datasets
import Foundation
import Manifests
import Metrics
import Testing

@testable import Jobs

@Suite struct SweepRankingTests {
    private func trial(_ number: Int, _ criteria: [Double?], failure: String? = nil) -> RankedTrial {
        let cases = criteria.enumerated().map {
            RankedTrial.Case(
                name: "c", category: "c", seed: UInt64($0.offset), criterion: $0.element, record: record(0.5))
        }
        return RankedTrial(SweepTrial(number: number, values: []), cases, failure: failure)
    }

    private func record(_ imageAUROC: Double) -> DetectionMetrics {
        var record = DetectionMetrics()
        record.imageAUROC = imageAUROC
        return record
    }

    @Test("Trials are sorted by descending criterion, stably, with failed ones last")
    func order() {
        let ranked = SweepRanking.ranked([
            trial(1, [nil, 1], failure: "broken"), trial(2, [0.5]), trial(3, [-1]), trial(4, [0.75]),
            trial(5, [0.5]), trial(6, [nil], failure: "broken"),
        ])
        #expect(ranked.map(\.trial.name) == ["t004", "t002", "t005", "t003", "t001", "t006"])
        #expect(ranked.map(\.rank) == [1, 2, 3, 4, nil, nil])
    }

    @Test("The spread over seeds is a sample standard deviation, defined for two or more")
    func spread() throws {
        #expect(trial(1, [0.5]).seedSpread == nil)
        let spread = try #require(trial(1, [1, 2, 3, 4]).seedSpread)
        // statistics.stdev([1, 2, 3, 4]) of Python.
        #expect(abs(spread - 1.2909944487358056) < 1e-15)
        #expect(trial(1, [1, 2]).categorySpread == nil)
        #expect(trial(1, [1, nil], failure: "broken").seedSpread == nil)
    }

    @Test("The files contain all trials, quoted, with separate test metrics")
    func files() throws {
        let data = try TinyDataSet()
        try data.writeCategory("bolt")
        let manifest = try data.sweep(#""/corruption": [{"model": "nsa"}, {}], "/training/lambda": [0.5]"#)
        let trials = TrialSampler.trials(of: manifest)
        let cases = [-0.25, nil].map {
            RankedTrial.Case(name: "bolt", category: "bolt", seed: 1, criterion: $0, record: record(0.875))
        }
        let ranking = SweepRanking(
            manifest: manifest,
            trials: SweepRanking.ranked([
                RankedTrial(trials[0], [cases[0]], failure: nil),
                RankedTrial(trials[1], [cases[1]], failure: "bolt/train: a, \"b\""),
            ]))
        #expect(
            ranking.table == """
                rank,trial,criterion,seedSpread,categorySpread,/corruption,/training/lambda,failure,\
                forTheRecord.imageAUROC,forTheRecord.pixelAUROC
                1,t001,-0.25,,,"{""model"":""nsa""}",0.5,,0.875,
                ,t002,,,,{},0.5,"bolt/train: a, ""b\""",0.875,

                """)
        let json = ranking.json
        #expect(json["best"] == .string("t001") && json["rankBy"] == .string("criterion"))
        let first = try #require(json["trials"]?.elements?.first)
        #expect(first["values"]?["/training/lambda"] == .number(0.5))
        #expect(first["seedSpread"] == .null && first["models"]?.elements?.count == 1)
        #expect(first["imageAUROC"] == nil)
        #expect(json["forTheRecord"]?["trials"]?["t002"]?["imageAUROC"] == .number(0.875))
        #expect(json["forTheRecord"]?["note"]?.string?.contains("takes no part in the ranking") == true)
        #expect(ranking.page("{}").contains("takes no part in the ranking"))
    }

    @Test("The program of an external detector is copied beside best.json, which names it")
    func programs() throws {
        let data = try TinyDataSet()
        try data.writeCategory("bolt")
        try data.write(Array("print(1)".utf8), to: "code/detector.py")
        let manifest = try data.sweep(
            #""/detector/external/score": [["python3", "code/detector.py"], ["python3", "code/detector.py", "fast"]]"#,
            job: #", "detector": {"kind": "external", "external": {"files": ["code"], "score": ["python3"]}}"#)
        let trials = TrialSampler.trials(of: manifest)
        let cases = [RankedTrial.Case(name: "bolt", category: "bolt", seed: 1, criterion: 0.5, record: record(0.5))]
        let ranking = SweepRanking(
            manifest: manifest, trials: SweepRanking.ranked([RankedTrial(trials[1], cases, failure: nil)]))
        let folder = data.path + "/results"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        #expect(try ranking.write(to: folder) == 5)
        #expect(try ranking.write(to: folder) == 0)
        let best = try JobManifest.load(path: folder + "/best.json")
        #expect(best.detector.external.score == ["python3", "code/detector.py", "fast"])
        #expect(try best.programFiles().map(\.path) == [folder + "/code/detector.py"])
    }

    @Test("A difference within the spread gives a caution")
    func caution() throws {
        let data = try TinyDataSet()
        try data.writeCategory("bolt")
        let lambdas = #""/training/lambda": [0.25, 0.5]"#
        func caution(_ more: String, _ first: [Double], _ second: [Double]) throws -> String? {
            let trials = SweepRanking.ranked([trial(1, first), trial(2, second)])
            return SweepRanking(manifest: try data.sweep(lambdas, more), trials: trials).caution
        }
        #expect(try caution("", [0.5], [0.25])?.hasPrefix("one seed: ") == true)
        let seeds = #", "seeds": [1, 2]"#
        #expect(
            try caution(seeds, [0.5, 0.75], [0.5, 0.625])
                == "t001 and t002 differ by less than the spread between seeds")
        #expect(try caution(seeds, [0.5, 0.5625], [0.25, 0.25]) == nil)
    }

    @Test("Written files contain no absolute path in values or failures")
    func paths() throws {
        let data = try TinyDataSet()
        try data.writeCategory("bolt")
        let parameters = """
            "/corruption/textures": ["/secret/textures", "../own", null],
            "/augmentation": [{ "flipHorizontal": true }]
            """
        let manifest = try data.sweep(parameters)
        let trials = TrialSampler.trials(of: manifest).map {
            RankedTrial($0, [], failure: "/secret/store/x: no such file")
        }
        let kept = try SweepRanking(manifest: manifest, trials: trials).kept()
        #expect(kept.trials.map { $0.trial.values[0] } == [.string(".../textures"), .string("../own"), .null])
        #expect(kept.trials[0].failure == ".../x: no such file")
        let text = JSONSerializer.canonical(kept.json) + kept.table + kept.keptManifest
        #expect(text.contains(".../textures") && !text.contains("secret"))
        let whole = try data.sweep(#""/corruption": [{ "textures": "/secret/textures" }]"#)
        let shown = whole.mappingPaths { _ in "hidden" }
        #expect(JSONSerializer.canonical(shown).contains(#"[{"textures":"hidden"}]"#))
    }
}
