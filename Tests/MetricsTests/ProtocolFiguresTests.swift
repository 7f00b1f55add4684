import Foundation
import PythonTestSupport
import SeededRandom
import Testing

@testable import Metrics

/// A test set of 24 images, half of them with one to three blurred squares.
private let exampleMaps: [LabelledMap] = (0..<24).map { number in
    var random = SeededGenerator(seed: UInt64(number), stream: "map")
    let side = 24
    var mask = [UInt8](repeating: 0, count: side * side)
    var values = mask.map { _ in random.uniform() }
    if number % 2 == 1 {
        for _ in 0..<1 + number % 3 {
            let (x, y, size) = (random.integer(below: 18), random.integer(below: 18), 1 + random.integer(below: 6))
            let shift = random.uniform(0.2, 0.9)
            for row in y..<y + size {
                for column in x..<x + size where mask[row * side + column] == 0 {
                    mask[row * side + column] = 1
                    values[row * side + column] += shift
                }
            }
        }
    }
    return LabelledMap(
        name: "\(number)", width: side, height: side, values: values, mask: number % 2 == 1 ? mask : nil,
        isAnomalous: number % 2 == 1)
}

/// The mean: some defects are too small to raise it much.
private func score(_ map: LabelledMap) -> Float { map.values.reduce(0, +) / Float(map.values.count) }

@Suite("SegF1, severity correlation and intervals")
struct ProtocolFiguresTests {
    private func figures(_ maps: [LabelledMap], threshold: Float? = 1.05) throws -> DetectionMetrics {
        var evaluation = try TestSetEvaluation(pixelThreshold: threshold)
        for map in maps { try evaluation.add(map, score: score(map)) }
        return try evaluation.result().metrics
    }

    @Test("SegF1 counts all pixels of normal and anomalous images")
    func segF1() throws {
        func map(_ values: [Float], _ mask: [UInt8]?) -> LabelledMap {
            LabelledMap(
                name: "a", width: values.count, height: 1, values: values, mask: mask, isAnomalous: mask != nil)
        }
        let maps = [map([1, 2, 3, 0], [0, 1, 1, 1]), map([0, 5, 0, 0], nil)]
        let found = try figures(maps, threshold: 2)
        #expect(found.segF1 == 2 * 2.0 / (2 * 2 + 1 + 1) && found.pixelThreshold == 2)
        let unknown = try figures(maps, threshold: nil)
        #expect(unknown.segF1 == nil && unknown.undefined["segF1"] == "\(UndefinedMetric.noPixelThreshold)")
        let normal = try figures([maps[1]], threshold: 2)
        #expect(normal.segF1 == nil && normal.undefined["segF1"] == "\(UndefinedMetric.noLabelledPixel(maps: 1))")
    }

    @Test("SegF1 leaves out pixels outside of the region of interest, whatever their values")
    func region() throws {
        func map(_ values: [Float], _ mask: [UInt8], _ region: [UInt8]) -> LabelledMap {
            LabelledMap(
                name: "a", width: values.count, height: 1, values: values, mask: mask, isAnomalous: true, region: region
            )
        }
        // The defect fills the region, so the lowest value inside, which stands outside too, is above the threshold.
        #expect(try figures([map([3, 3, 4, 3], [0, 1, 1, 0], [0, 1, 1, 0])], threshold: 2).segF1 == 1)
        let found = try figures([map([3, 1, 4, 5, 0], [0, 1, 1, 0, 0], [0, 1, 1, 1, 0])], threshold: 2)
        #expect(found.segF1 == 2.0 / (2 + 1 + 1))
    }

    @Test("Equal ranks share their mean, and the correlation is undefined without variation")
    func spearman() throws {
        #expect(try RankMetrics.spearman([1, 2, 3], [10, 20, 40]) == 1)
        #expect(try RankMetrics.spearman([1, 2, 3], [3, 2, 1]) == -1)
        #expect(try RankMetrics.spearman([1, 2, 2, 3], [1, 2, 2, 3]) == 1)
        #expect(try RankMetrics.spearman([1, 2], [1, 2]) == nil)
        #expect(try RankMetrics.spearman([1, 1, 1], [1, 2, 3]) == nil)
        #expect(throws: MetricsError.notANumber(index: 1)) { try RankMetrics.spearman([1, .nan, 2], [1, 2, 3]) }
        #expect(throws: MetricsError.countMismatch(scores: 1, labels: 2)) { try RankMetrics.spearman([1], [1, 2]) }
    }

    @Test("The metrics of a draw follow from counts as from the maps drawn")
    func profile() throws {
        var ranking = PixelRanking(options: PixelMetricsOptions())
        for map in exampleMaps { try ranking.add(map) }
        let profile = try PixelProfile(try ranking.ranked())
        var resampling = ImageResampling(isAnomalous: exampleMaps.map(\.isAnomalous))
        for _ in 0..<20 {
            let drawn = resampling.next()
            #expect(zip(exampleMaps, drawn).reduce(0) { $0 + ($1.0.isAnomalous ? $1.1 : 0) } == 12)
            let maps = zip(exampleMaps, drawn).flatMap { Array(repeating: $0, count: $1) }
            let exact = try PixelMetrics.evaluate(maps)
            let found = profile.figures(drawn)
            #expect(abs(found.auroc - exact.pixelAUROC!) < 5e-4)
            for (place, limit) in [0.05, 0.3].enumerated() {
                #expect(abs(found.aupro[place] - exact.aupro[limit]!) < 5e-3)
            }
        }
    }

    @Test("Intervals are repeatable, contain their metric, and need two images of each class")
    func intervals() throws {
        let found = try figures(exampleMaps), again = try figures(exampleMaps)
        #expect(found == again)
        let intervals = try #require(found.intervals)
        for (value, interval) in [
            (found.imageAUROC, intervals.imageAUROC), (found.pixelAUROC, intervals.pixelAUROC),
            (found.aupro.at005, intervals.aupro.at005), (found.aupro.at03, intervals.aupro.at03),
        ] {
            let (value, interval) = (try #require(value), try #require(interval))
            #expect(interval.lower < value && value < interval.upper && interval.upper <= 1)
        }
        #expect(try figures(Array(exampleMaps.prefix(2))).intervals == IntervalFigures())
        #expect(ImageResampling.resamples(images: 100) == 1000 && ImageResampling.resamples(images: 100_000) == 200)
    }

    @Test(
        "scikit-learn, scipy and a bootstrap in numpy agree",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func references() throws {
        struct Example: Encodable {
            var maps: [[Float]]
            var masks: [[UInt8]]
            var scores: [Float]
            var threshold: Float
        }
        struct Reference: Decodable {
            var segF1, severity: Double
            /// Ends of the intervals: image AUROC, pixel AUROC, AU-PRO 0.05 and 0.3.
            var intervals: [[Double]]
        }
        let script = """
            import json, sys
            import numpy as np
            from scipy import ndimage, stats
            from sklearn.metrics import f1_score, roc_auc_score
            example = json.load(sys.stdin)
            maps = np.array(example["maps"], np.float32).reshape(-1, 24, 24)
            masks = np.array(example["masks"], bool).reshape(-1, 24, 24)
            bad = masks.any((1, 2))
            scores, areas = np.array(example["scores"], np.float32), masks.sum((1, 2))
            weights = []
            for mask in masks:
                labels, count = ndimage.label(mask, np.ones((3, 3)))
                sizes = np.bincount(labels.ravel())
                weights.append(np.where(labels > 0, 1 / sizes[labels], 0))
            weights = np.array(weights)
            regions = np.round(weights.sum((1, 2)))

            def aupro(drawn, limit):
                order = np.argsort(-maps[drawn].ravel(), kind="stable")
                outside = ~masks[drawn].ravel()[order]
                x = np.r_[0, np.cumsum(outside) / outside.sum()]
                y = np.r_[0, np.cumsum(weights[drawn].ravel()[order]) / regions[drawn].sum()]
                inside = x < limit
                return np.trapezoid(np.r_[y[inside], np.interp(limit, x, y)], np.r_[x[inside], limit]) / limit

            random = np.random.default_rng(7)
            values = []
            for _ in range(1000):
                drawn = np.concatenate([random.choice(np.flatnonzero(bad == kind), 12) for kind in (False, True)])
                values.append([
                    roc_auc_score(bad[drawn], scores[drawn]), roc_auc_score(masks[drawn].ravel(), maps[drawn].ravel()),
                    aupro(drawn, 0.05), aupro(drawn, 0.3)])
            json.dump({
                "segF1": f1_score(masks.ravel(), maps.ravel() >= np.float32(example["threshold"])),
                "severity": stats.spearmanr(scores[bad], areas[bad]).statistic,
                "intervals": np.percentile(values, [2.5, 97.5], axis=0).T.tolist()}, sys.stdout)
            """
        let example = Example(
            maps: exampleMaps.map(\.values), masks: exampleMaps.map { $0.mask ?? $0.values.map { _ in 0 } },
            scores: exampleMaps.map(score), threshold: 1.05)
        let output = try ProjectPython.output(of: ["-c", script], input: JSONEncoder().encode(example))
        let reference = try JSONDecoder().decode(Reference.self, from: output)
        let found = try figures(exampleMaps)
        let (segF1, severity) = (try #require(found.segF1), try #require(found.severityCorrelation))
        #expect(abs(segF1 - reference.segF1) < 1e-12 && abs(severity - reference.severity) < 1e-12)
        let intervals = try #require(found.intervals)
        let own = [intervals.imageAUROC, intervals.pixelAUROC, intervals.aupro.at005, intervals.aupro.at03]
        for (interval, expected) in zip(own, reference.intervals) {
            let interval = try #require(interval)
            // The ends vary with the draws, by a few percent of the width.
            let tolerance = 0.12 * (expected[1] - expected[0])
            #expect(abs(interval.lower - expected[0]) < tolerance, "\(interval), expected \(expected)")
            #expect(abs(interval.upper - expected[1]) < tolerance, "\(interval), expected \(expected)")
        }
    }
}
