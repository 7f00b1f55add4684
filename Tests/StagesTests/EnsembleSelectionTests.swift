import AnomalyDetection
import Imaging
import Metrics
import SeededRandom
import Testing

@testable import Stages

/// Learned weights of several detectors.
@Suite("Weights of a fusion") struct EnsembleSelectionTests {
    private static let side = 16

    /// Maps of clean images and of defects of one cell to a quarter of the image, by two detectors: the first blurs a
    /// defect over half of the image in its map, and its map for the score shows it; the second marks it exactly, but
    /// not in its map for the score.
    private static func samples(_ count: Int) -> [EnsembleSelection.Sample] {
        var generator = SeededGenerator(seed: 5)
        func noise() -> [Float] { (0..<side * side).map { _ in generator.normal() } }
        return (0..<2 * count).map { number in
            var coarse = noise(), exact = noise(), seen = noise()
            var mask = [Float](repeating: 0, count: side * side)
            if number >= count {
                let size = 1 + generator.integer(below: 8)
                let (left, top) = (generator.integer(below: side - size), generator.integer(below: side - size))
                for y in 0..<side {
                    for x in 0..<side {
                        if abs(x - left) < side / 2, abs(y - top) < side / 2 { coarse[y * side + x] += 6 }
                        guard (left..<left + size).contains(x), (top..<top + size).contains(y) else { continue }
                        mask[y * side + x] = 1
                        exact[y * side + x] += 6
                        seen[y * side + x] += 6
                    }
                }
            }
            func map(_ values: [Float]) -> FloatMap { FloatMap(width: side, height: side, values: values) }
            return EnsembleSelection.Sample(
                image: number % count, maps: [map(coarse), map(exact)], scoreMaps: [map(seen), map(noise())],
                defect: number < count
                    ? nil : .init(kind: .perlin, mask: DefectCells(mask: map(mask))))
        }
    }

    @Test("The score follows the detector that sees most, the map the one that marks best")
    func aims() throws {
        let selection = EnsembleSelection(
            samples: Self.samples(24),
            scoring: ScoringParameters(boxSize: 1, boxPasses: 0, imageScore: .topK, topFraction: 0.02))
        let weights = try selection.weights(of: 2, seed: 3) {}
        #expect(weights.map[1] > 0.9 && weights.score[0] > 0.3, "\(weights)")
        for found in [weights.map, weights.score] {
            #expect(abs(found.reduce(0, +) - 1) < 1e-6 && found.allSatisfy { $0 >= 0 }, "\(weights)")
        }
        #expect(try selection.weights(of: 2, seed: 3) {} == weights, "the same draws")
    }

    @Test(
        "The quality of cells is the mean of AU-PRO and pixel AUROC at equal steps of the false-positive rate",
        arguments: [0, 1])
    func quality(detector: Int) throws {
        let samples = Self.samples(40)
        var exact = try PixelMetricsAccumulator(options: PixelMetricsOptions(auproLimits: [0.3]))
        for sample in samples {
            var mask = [UInt8](repeating: 0, count: Self.side * Self.side)
            for cell in sample.defect?.mask.regions.flatMap(\.self) ?? [] { mask[cell] = 1 }
            try exact.add(
                LabelledMap(
                    name: "", width: Self.side, height: Self.side, values: sample.maps[detector].values, mask: mask,
                    isAnomalous: sample.defect != nil))
        }
        let figures = try exact.result()
        let expected = try (#require(figures.aupro[0.3]) + #require(figures.pixelAUROC)) / 2
        let found = CellQuality(samples.map { ($0.maps[detector].values, $0.defect) }).mean
        #expect(abs(found - expected) < 0.02, "\(found) against \(expected)")
    }

    @Test("Cells belong to connected regions, also by a corner, or lie outside")
    func regions() {
        let mask = FloatMap(width: 4, height: 2, values: [1, 0, 0, 0.3, 0, 0.25, 0.2, 0])
        let cells = DefectCells(mask: mask)
        #expect(cells.regions == [[0, 5], [3]])
        #expect(cells.outside == [1, 2, 4, 6, 7])
        let inside = DefectCells(mask: mask, inside: [0, 1, 0, 1, 0, 1, 0, 0])
        #expect(inside.regions == [[2], [1]], "numbers among the cells that count")
        #expect(inside.outside == [0])
    }

    @Test("Without a defect the quality is 0")
    func none() { #expect(CellQuality([([1, 2], nil)]).mean == 0) }
}
