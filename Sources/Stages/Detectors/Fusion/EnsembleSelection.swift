import AnomalyDetection
import Imaging
import Metrics
import SeededRandom

/// The choice of weights: the best mean of some of the detectors, all subsets tried, is refined by greedy selection
/// with replacement (Caruana et al., "Ensemble selection from libraries of models", ICML 2004). In each round, the
/// detector whose addition finds most synthetic defects gets another share, until no addition helps. The weights are
/// the mean over several draws of images with replacement (bagging, likewise), since few images make any one choice
/// uncertain.
struct EnsembleSelection {
    /// The maps of one image by all detectors, standardised and reduced to cells.
    struct Sample {
        /// The held-out image that the sample shows.
        var image: Int
        /// One map per detector, in a row: the cells of the region of interest if there is one, else all.
        var maps, scoreMaps: [FloatMap]
        /// The defect of a synthetic sample; nil for a normal image.
        var defect: Defect?
    }

    struct Defect {
        var kind: CorruptionKind
        /// The cells of the defect.
        var mask: DefectCells
    }

    /// The purpose of a mean. The best detectors for one are not the best for the other: a network on pretrained
    /// features finds fainter defects, an autoencoder marks them more exactly.
    enum Aim: CaseIterable {
        /// The map: see `CellQuality`.
        case map
        /// The score: image AUROC, the mean over the kinds of defects. Where several means find all of them, the one
        /// with the better map.
        case score
    }

    /// Measures means of the maps of some samples.
    private struct Trial {
        let samples: [Sample]
        let scoring: ScoringParameters
        /// Smaller than any difference between two values of an AUROC that are not equal.
        private static let tieBreak = 1e-6
        /// The quality of maps by shares, which both aims need.
        private var ofMaps: [[Int]: Double] = [:]

        init(_ samples: [Sample], _ scoring: ScoringParameters) { (self.samples, self.scoring) = (samples, scoring) }

        mutating func quality(_ shares: [Int], _ aim: Aim) throws(MetricsError) -> Double {
            let weights = EnsembleSelection.normalized(shares)
            let ofMap =
                ofMaps[shares] ?? CellQuality(samples.map { (FusionPayload.mean($0.maps, weights), $0.defect) }).mean
            ofMaps[shares] = ofMap
            return aim == .map ? ofMap : try imageAUROC(weights) + Self.tieBreak * ofMap
        }

        private func imageAUROC(_ weights: [Float]) throws(MetricsError) -> Double {
            let found = samples.map { scoring.score(FusionPayload.mean($0.scoreMaps, weights)) }
            var shares: [Double] = []
            for kind in CorruptionKind.allCases {
                var (scores, labels): ([Float], [Bool]) = ([], [])
                for (sample, score) in zip(samples, found) where sample.defect == nil || sample.defect?.kind == kind {
                    scores.append(score)
                    labels.append(sample.defect != nil)
                }
                if let auroc = try RankMetrics.auroc(scores: scores, labels: labels) { shares.append(auroc) }
            }
            return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
        }
    }

    private static let rounds = 4, draws = 8

    let samples: [Sample]
    let scoring: ScoringParameters

    /// The weights of the detectors in the mean of the maps and in that of the maps for the score, 0 to 1, with the sum
    /// 1.
    ///
    /// - Parameters:
    ///   - count: the number of detectors, 1 to 6.
    ///   - seed: determines the draws of images.
    ///   - check: called before each draw; may throw.
    func weights(of count: Int, seed: UInt64, check: () throws -> Void) throws -> (map: [Float], score: [Float]) {
        var generator = SeededGenerator(seed: seed, stream: "ensemble selection")
        let images = Set(samples.map(\.image)).sorted()
        var sums = Dictionary(uniqueKeysWithValues: Aim.allCases.map { ($0, [Float](repeating: 0, count: count)) })
        for _ in 0..<Self.draws {
            let drawn = Dictionary(
                images.map { _ in (images[generator.integer(below: images.count)], 1) }, uniquingKeysWith: +)
            var trial = Trial(samples.flatMap { Array(repeating: $0, count: drawn[$0.image] ?? 0) }, scoring)
            for aim in Aim.allCases {
                try check()
                let shares = try Self.shares(of: count, &trial, aim)
                for (member, weight) in Self.normalized(shares).enumerated() { sums[aim]![member] += weight }
            }
        }
        func mean(_ aim: Aim) -> [Float] { sums[aim]!.map { $0 / Float(Self.draws) } }
        return (mean(.map), mean(.score))
    }

    private static func shares(of count: Int, _ trial: inout Trial, _ aim: Aim) throws(MetricsError) -> [Int] {
        var shares: [Int] = []
        var best = -Double.infinity
        for subset in 1..<1 << count {
            let members = (0..<count).map { subset >> $0 & 1 }
            let quality = try trial.quality(members, aim)
            if quality > best { (shares, best) = (members, quality) }
        }
        for _ in 0..<rounds {
            var found: (shares: [Int], quality: Double)?
            for member in 0..<count {
                var more = shares
                more[member] += 1
                let quality = try trial.quality(more, aim)
                if quality > found?.quality ?? -.infinity { found = (more, quality) }
            }
            guard let found, found.quality > best else { break }
            (shares, best) = found
        }
        return shares
    }

    fileprivate static func normalized(_ shares: [Int]) -> [Float] {
        let total = Float(shares.reduce(0, +))
        return shares.map { Float($0) / total }
    }
}
