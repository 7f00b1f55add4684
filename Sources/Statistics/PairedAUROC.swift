import SeededRandom

/// The difference between the areas under the ROC curves of two scores of the same images, with an interval by the bootstrap
/// (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993): images are drawn with replacement, normal and anomalous
/// ones apart and the same ones for both scores, and the interval holds the middle 95 % of the differences.
public struct PairedAUROC: Equatable, Sendable {
    public static let resamples = 2000

    public let first: Double
    public let second: Double
    /// Of `second - first`.
    public let interval: ClosedRange<Double>

    public var difference: Double { second - first }

    /// - Parameters:
    ///   - first: of each image, by one model.
    ///   - second: of the same images in the same order, by another.
    ///   - labels: true for anomalous images.
    ///   - seed: the same gives the same interval.
    /// - Returns: nil where a class is missing.
    public init?(_ first: [Float], _ second: [Float], labels: [Bool], seed: UInt64 = 0) {
        guard first.count == labels.count, second.count == labels.count else {
            fatalError("\(first.count) and \(second.count) scores of \(labels.count) images")
        }
        let normal = labels.indices.filter { !labels[$0] }, anomalous = labels.indices.filter { labels[$0] }
        guard !normal.isEmpty, !anomalous.isEmpty else { return nil }
        let ranked = [RankedImages(first, labels), RankedImages(second, labels)]
        let once = [Int](repeating: 1, count: labels.count)
        (self.first, self.second) = (ranked[0].auroc(once), ranked[1].auroc(once))
        var generator = SeededGenerator(seed: seed, stream: "bootstrap")
        var differences = (0..<Self.resamples).map { _ in
            var drawn = [Int](repeating: 0, count: labels.count)
            for group in [normal, anomalous] {
                for _ in group { drawn[group[generator.integer(below: group.count)]] += 1 }
            }
            return ranked[1].auroc(drawn) - ranked[0].auroc(drawn)
        }
        differences.sort()
        let outside = Self.resamples / 40
        interval = differences[outside]...differences[Self.resamples - 1 - outside]
    }
}

/// Images in the order of a score, so that a resample is judged in one walk.
private struct RankedImages {
    /// Indices of images, from the highest score down, in groups of equal scores.
    private let ties: [[Int]]
    private let labels: [Bool]

    init(_ scores: [Float], _ labels: [Bool]) {
        self.labels = labels
        var ties: [[Int]] = []
        var last: Float?
        for index in scores.indices.sorted(by: { (scores[$0], $0) > (scores[$1], $1) }) {
            if scores[index] == last { ties[ties.count - 1].append(index) } else { ties.append([index]) }
            last = scores[index]
        }
        self.ties = ties
    }

    /// The area where image i takes part `counts[i]` times; both classes have to.
    func auroc(_ counts: [Int]) -> Double {
        var (anomalousAbove, normalAbove, doubledPairs) = (0, 0, 0)
        for tie in ties {
            var (anomalous, normal) = (0, 0)
            for index in tie { if labels[index] { anomalous += counts[index] } else { normal += counts[index] } }
            doubledPairs += normal * (2 * anomalousAbove + anomalous)
            anomalousAbove += anomalous
            normalAbove += normal
        }
        return Double(doubledPairs) / Double(2 * anomalousAbove * normalAbove)
    }
}
