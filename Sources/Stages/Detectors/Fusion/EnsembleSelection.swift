import AnomalyDetection
import Imaging
import Metrics

/// The choice of weights: the best mean of some of the detectors, all subsets tried, is refined by greedy selection with
/// replacement (Caruana et al., "Ensemble selection from libraries of models", ICML 2004). In each round, the detector
/// whose addition finds most synthetic defects gets another share, until no addition helps.
struct EnsembleSelection {
    /// The maps of one image by all detectors, standardised and reduced to cells.
    struct Sample {
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

    private static let rounds = 4

    let samples: [Sample]
    let scoring: ScoringParameters

    /// The weights of the detectors, 0 to 1, with the sum 1.
    ///
    /// - Parameter count: the number of detectors, 1 to 5.
    func weights(of count: Int) throws(MetricsError) -> [Float] {
        var shares: [Int] = []
        var best = -Double.infinity
        for subset in 1..<1 << count {
            let trial = (0..<count).map { subset >> $0 & 1 }
            let criterion = try criterion(Self.normalized(trial))
            if criterion > best { (shares, best) = (trial, criterion) }
        }
        for _ in 0..<Self.rounds {
            var found: (shares: [Int], criterion: Double)?
            for member in 0..<count {
                var trial = shares
                trial[member] += 1
                let criterion = try criterion(Self.normalized(trial))
                if criterion > found?.criterion ?? -.infinity { found = (trial, criterion) }
            }
            guard let found, found.criterion > best else { break }
            (shares, best) = found
        }
        return Self.normalized(shares)
    }

    private static func normalized(_ shares: [Int]) -> [Float] {
        let total = Float(shares.reduce(0, +))
        return shares.map { Float($0) / total }
    }

    /// The mean of image AUROC and AUROC of cells over the kinds of defects, as the criterion of an
    /// assessment.
    private func criterion(_ weights: [Float]) throws(MetricsError) -> Double {
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
