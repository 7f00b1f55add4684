import AnomalyDetection
import Imaging
import Metrics
import SeededRandom

/// The choice of weights: the best mean of some of the detectors, all subsets tried, is refined by greedy selection with
/// replacement (Caruana et al., "Ensemble selection from libraries of models", ICML 2004). In each round, the detector
/// whose addition finds most synthetic defects gets another share, until no addition helps. The weights are the mean
/// over several draws of images with replacement (bagging, likewise), since few images make any one choice uncertain.
struct EnsembleSelection {
    /// The maps of one image by all detectors, standardised and reduced to cells.
    struct Sample {
        /// The held-out image that the sample shows.
        var image: Int
        /// One map per detector.
        var maps, scoreMaps: [FloatMap]
        /// The defect of a synthetic sample; nil for a normal image.
        var defect: Defect?
    }

    struct Defect {
        var kind: CorruptionKind
        /// One value per cell.
        var isAnomalous: [Bool]
    }

    private static let rounds = 4, draws = 8

    let samples: [Sample]
    let scoring: ScoringParameters

    /// The weights of the detectors, 0 to 1, with the sum 1.
    ///
    /// - Parameters:
    ///   - count: the number of detectors, 1 to 5.
    ///   - seed: determines the draws of images.
    ///   - check: called before each draw; may throw.
    func weights(of count: Int, seed: UInt64, check: () throws -> Void) throws -> [Float] {
        var generator = SeededGenerator(seed: seed, stream: "ensemble selection")
        let images = Set(samples.map(\.image)).sorted()
        var sums = [Float](repeating: 0, count: count)
        for _ in 0..<Self.draws {
            try check()
            let drawn = Dictionary(
                images.map { _ in (images[generator.integer(below: images.count)], 1) }, uniquingKeysWith: +)
            let shares = try shares(of: count, samples.flatMap { Array(repeating: $0, count: drawn[$0.image] ?? 0) })
            for (member, weight) in Self.normalized(shares).enumerated() { sums[member] += weight }
        }
        return sums.map { $0 / Float(Self.draws) }
    }

    private func shares(of count: Int, _ samples: [Sample]) throws(MetricsError) -> [Int] {
        var shares: [Int] = []
        var best = -Double.infinity
        for subset in 1..<1 << count {
            let trial = (0..<count).map { subset >> $0 & 1 }
            let criterion = try criterion(Self.normalized(trial), samples)
            if criterion > best { (shares, best) = (trial, criterion) }
        }
        for _ in 0..<Self.rounds {
            var found: (shares: [Int], criterion: Double)?
            for member in 0..<count {
                var trial = shares
                trial[member] += 1
                let criterion = try criterion(Self.normalized(trial), samples)
                if criterion > found?.criterion ?? -.infinity { found = (trial, criterion) }
            }
            guard let found, found.criterion > best else { break }
            (shares, best) = found
        }
        return shares
    }

    private static func normalized(_ shares: [Int]) -> [Float] {
        let total = Float(shares.reduce(0, +))
        return shares.map { Float($0) / total }
    }

    /// The mean of image AUROC and AUROC of cells over the kinds of defects, as the criterion of an
    /// assessment.
    private func criterion(_ weights: [Float], _ samples: [Sample]) throws(MetricsError) -> Double {
        let fused = samples.map { sample in
            (
                map: FusionPayload.mean(sample.maps, weights),
                score: scoring.score(FusionPayload.mean(sample.scoreMaps, weights))
            )
        }
        var sum = 0.0, kinds = 0
        for kind in CorruptionKind.allCases {
            var (scores, labels): ([Float], [Bool]) = ([], [])
            var (cells, cellLabels): ([Float], [Bool]) = ([], [])
            for (sample, found) in zip(samples, fused) where sample.defect == nil || sample.defect?.kind == kind {
                scores.append(found.score)
                labels.append(sample.defect != nil)
                cells += found.map
                cellLabels += sample.defect?.isAnomalous ?? found.map.map { _ in false }
            }
            guard let image = try RankMetrics.auroc(scores: scores, labels: labels),
                let pixel = try RankMetrics.auroc(scores: cells, labels: cellLabels)
            else { continue }
            sum += (image + pixel) / 2
            kinds += 1
        }
        return kinds > 0 ? sum / Double(kinds) : 0
    }
}
