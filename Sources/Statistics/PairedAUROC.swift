import SeededRandom

/// The difference in AUROC between two scores of the same images, with a 95 % bootstrap interval (Efron and Tibshirani,
/// "An Introduction to the Bootstrap", 1993). Resamples draw normal and anomalous images separately, with replacement,
/// and use the same images for both scores.
public struct PairedAUROC: Equatable, Sendable {
    public static let resamples = 2000

    public let first: Double
    public let second: Double
    /// The interval of `second - first`.
    public let interval: ClosedRange<Double>

    public var difference: Double { second - first }

    /// - Parameters:
    ///   - first: The scores of one model, one per image.
    ///   - second: The scores of another model for the same images in the same order.
    ///   - labels: True for anomalous images.
    ///   - seed: Equal seeds give equal intervals.
    /// - Returns: Nil if a class is missing.
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

/// Images ranked by score, so that a resample is evaluated in one pass.
private struct RankedImages {
    /// Indices of images in descending order of score, grouped by equal scores.
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

    /// The area if image i occurs `counts[i]` times. Both classes must occur.
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
