import Foundation
import Imaging
import Metrics
import Testing

@testable import Evaluation

@Suite("Evaluation of map files")
struct MapEvaluationTests {
    private let folder: MapFolder

    init() throws {
        folder = try MapFolder()
        try folder.writeSet()
    }

    private func metrics(_ change: (inout MapEvaluation) throws -> Void = { _ in }) throws -> DetectionMetrics {
        let scan = try MapScan(maps: folder.path + "/maps", groundTruth: folder.path + "/truth")
        var evaluation = MapEvaluation()
        try change(&evaluation)
        return try evaluation.evaluate(scan.sets[0]).metrics
    }

    @Test("Metrics equal those of maps in memory, with the maximum as score")
    func figures() throws {
        let figures = try metrics()
        var evaluation = try TestSetEvaluation()
        for kind in ["good", "scratch"] {
            for number in 0..<2 {
                let map = try FloatMap.decode(path: "\(folder.path)/maps/\(kind)/00\(number).tiff")
                let isAnomalous = kind == "scratch"
                try evaluation.add(
                    LabelledMap(
                        name: "\(kind)/00\(number)", width: map.width, height: map.height, values: map.values,
                        mask: isAnomalous ? MapFolder.mask().values : nil, isAnomalous: isAnomalous),
                    score: map.values.max() ?? 0)
            }
        }
        #expect(figures == (try evaluation.result().metrics))
        let accuracy = try #require(figures.pixelAUROC)
        #expect(figures.imageAUROC == 1 && accuracy > 0.5 && accuracy < 1)
    }

    @Test("Scores from a table replace the maxima")
    func scores() throws {
        let text = "image,score\ngood/000.png,4\ngood/001.png,3\nscratch/000.png,2\nscratch/001.png,1\n"
        try folder.write(text, to: "scores.csv")
        let figures = try metrics {
            $0.scores = try ImageScores(ScoreTable(path: folder.path + "/scores.csv"), hasObjects: false)
        }
        #expect(figures.imageAUROC == 0)
        #expect(figures.pixelAUROC == (try metrics().pixelAUROC))
    }

    @Test("Maps of another size are an error, or are resized, normal ones included")
    func sizes() throws {
        for name in ["good/000", "good/001", "scratch/000", "scratch/001"] {
            let map = try FloatMap.decode(path: "\(folder.path)/maps/\(name).tiff")
            try folder.write(map.resized(width: 12, height: 8), to: "maps/\(name).tiff")
        }
        #expect { try metrics() } throws: { error in
            ["/maps/scratch/000.tiff has 12 x 8", "/truth/scratch/000_mask.png has 24 x 16", "--resize"]
                .allSatisfy("\(error)".contains)
        }
        var resized: [FloatMap] = []
        for name in ["good/000", "good/001", "scratch/000", "scratch/001"] {
            resized.append(
                try FloatMap.decode(path: "\(folder.path)/maps/\(name).tiff").resized(width: 24, height: 16))
        }
        var expected = try PixelMetricsAccumulator()
        for (index, map) in resized.enumerated() {
            try expected.add(
                LabelledMap(
                    name: "\(index)", width: 24, height: 16, values: map.values,
                    mask: index > 1 ? MapFolder.mask().values : nil, isAnomalous: index > 1))
        }
        #expect(try metrics { $0.resizesMaps = true }.pixelAUROC == expected.result().pixelAUROC)
    }

    @Test("Masks without a map are an error unless they are ignored")
    func missingMaps() throws {
        try FileManager.default.removeItem(atPath: folder.path + "/maps/scratch/001.tiff")
        #expect { try metrics() } throws: { error in
            "\(error)".contains("1 mask has no map, the first is scratch/001_mask")
                && "\(error)".contains("--allow-missing")
        }
        #expect(try metrics { $0.allowsMissingMaps = true }.images.anomalous == 1)
    }

    @Test("An image with an empty mask remains anomalous")
    func emptyMask() throws {
        let empty = Mask(width: 24, height: 16, values: [UInt8](repeating: 0, count: 24 * 16))
        try folder.write(empty, to: "truth/scratch/001_mask.png")
        let figures = try metrics()
        #expect(figures.images.anomalous == 2 && figures.images.emptyMask == 1)
    }

    @Test("Missing masks, labels in good, NaN and unreadable files are errors that name the file")
    func refused() throws {
        try folder.write(MapFolder.mask(), to: "truth/good/000_mask.png")
        #expect { try metrics() } throws: { "\($0)".contains("'good/000' is declared normal but its mask labels 49") }
        try folder.write("", to: "empty/.keep")
        let scan = try MapScan(maps: folder.path + "/maps", groundTruth: folder.path + "/empty")
        #expect { try MapEvaluation().evaluate(scan.sets[0]) } throws: {
            "\($0)".contains("/empty/scratch/000_mask.png") && "\($0)".contains("--ground-truth")
        }
        try FileManager.default.removeItem(atPath: folder.path + "/truth/good")
        var map = MapFolder.map(0)
        map.values[25] = .nan
        try folder.write(map, to: "maps/good/001.tiff")
        #expect(throws: MetricsError.notFinite(map: "good/001", x: 1, y: 1)) { try metrics() }
        try folder.write("no image", to: "maps/good/001.tiff")
        #expect(throws: ImagingError.self) { try metrics() }
        try folder.write(MapFolder.mask().pngBytes(), to: "maps/good/001.tiff")
        #expect { try metrics() } throws: { "\($0)".contains("001.tiff") }
    }

    @Test("With normal maps only, every metric is undefined with a reason")
    func onlyNormal() throws {
        try FileManager.default.removeItem(atPath: folder.path + "/maps/scratch")
        try FileManager.default.removeItem(atPath: folder.path + "/truth/scratch")
        let figures = try metrics()
        #expect(figures.images.normal == 2 && figures.imageAUROC == nil && figures.undefined.count == 10)
    }
}
