import SeededRandom

/// A 95 % interval of a metric by the percentile bootstrap over images (Efron and Tibshirani, "An Introduction to the
/// Bootstrap", 1993): normal and anomalous images are drawn separately, with replacement. Equal images give equal
/// intervals.
public struct Interval: Codable, Equatable, Sendable {
    public var lower, upper: Double

    /// - Parameters:
    ///   - values: the metric of each resample, at least 40; NaN for a resample without it.
    ///   - shift: added to both ends, which stay in 0...1.
    init?(_ values: [Double], shift: Double = 0) {
        let sorted = values.filter { !$0.isNaN }.sorted()
        let outside = sorted.count / 40
        guard outside > 0 else { return nil }
        func end(_ value: Double) -> Double { min(max(value + shift, 0), 1) }
        (lower, upper) = (end(sorted[outside]), end(sorted[sorted.count - 1 - outside]))
    }
}

/// The intervals of a test set's metrics; nil with fewer than two images of a class that the metric needs.
public struct IntervalFigures: Codable, Equatable, Sendable {
    public var imageAUROC, pixelAUROC: Interval?
    public var aupro = AUPRO()

    public struct AUPRO: Codable, Equatable, Sendable {
        private enum CodingKeys: String, CodingKey {
            case at005 = "0.05"
            case at03 = "0.3"
        }

        public var at005, at03: Interval?

        public init(at005: Interval? = nil, at03: Interval? = nil) { (self.at005, self.at03) = (at005, at03) }
    }

    public init(imageAUROC: Interval? = nil, pixelAUROC: Interval? = nil, aupro: AUPRO = AUPRO()) {
        (self.imageAUROC, self.pixelAUROC, self.aupro) = (imageAUROC, pixelAUROC, aupro)
    }
}

/// Draws of images with replacement, from normal and anomalous images separately.
struct ImageResampling {
    private let classes: [[Int]]
    private let count: Int
    private var generator = SeededGenerator(seed: 0, stream: "bootstrap of metrics")

    init(isAnomalous: [Bool]) {
        count = isAnomalous.count
        classes = [false, true].map { label in isAnomalous.indices.filter { isAnomalous[$0] == label } }
    }

    /// The number of resamples: fewer for many images, whose intervals vary less, so that the time is bounded.
    static func resamples(images: Int) -> Int { max(200, min(1000, 600_000 / max(1, images))) }

    /// How often each image is drawn.
    mutating func next() -> [Int] {
        var drawn = [Int](repeating: 0, count: count)
        for images in classes {
            for _ in images { drawn[images[generator.integer(below: images.count)]] += 1 }
        }
        return drawn
    }
}

extension Interval {
    /// The interval of the AUROC of image scores; nil with fewer than two images of a class.
    static func auroc(scores: [Float], labels: [Bool]) throws(MetricsError) -> Interval? {
        let anomalous = labels.count { $0 }
        guard anomalous > 1, labels.count - anomalous > 1 else { return nil }
        let order = scores.indices.sorted { (scores[$0], $0) > (scores[$1], $1) }
        var resampling = ImageResampling(isAnomalous: labels)
        var values: [Double] = []
        for _ in 0..<ImageResampling.resamples(images: labels.count) {
            let drawn = resampling.next()
            var tally = RankTally(positives: anomalous, negatives: labels.count - anomalous)
            var place = 0
            while place < order.count {
                var positives = 0, negatives = 0
                let score = scores[order[place]]
                while place < order.count, scores[order[place]] == score {
                    let image = order[place]
                    if labels[image] { positives += drawn[image] } else { negatives += drawn[image] }
                    place += 1
                }
                tally.add(threshold: 0, positives: positives, negatives: negatives)
            }
            values.append(tally.auroc ?? .nan)
        }
        return Interval(values)
    }
}

/// The pixels of each image, counted in steps of the false-positive rate of all images. From the counts, pixel AUROC
/// and AU-PRO of any draw of images follow closely: within a step, curves are taken as straight.
struct PixelProfile {
    /// The limits of AU-PRO with an interval.
    private static let limits = [0.05, 0.3]
    /// The ends of the steps: finer where AU-PRO is measured.
    private static let ends: [Double] = (0...256).map { number -> Double in
        switch number {
        case ...128: 0.05 * Double(number) / 128
        case ...192: 0.05 + 0.25 * Double(number - 128) / 64
        default: 0.3 + 0.7 * Double(number - 192) / 64
        }
    }

    /// Counts of one image in each step.
    private struct Image {
        var unlabelled = [Float](repeating: 0, count: PixelProfile.ends.count)
        /// The sum over regions of their share of pixels; empty for images without a region, like `labelled`.
        var labelled: [Float] = [], overlap: [Float] = []
        var regions = 0.0
    }

    private var images: [Image]
    private let isAnomalous: [Bool]

    init(_ pixels: RankedPixels) throws(MetricsError) {
        isAnomalous = pixels.images.map(\.isAnomalous)
        images = pixels.images.map { _ in Image() }
        for group in pixels.groups where group.isLabelled {
            if images[group.image].regions == 0 {
                images[group.image].labelled = images[group.image].unlabelled
                images[group.image].overlap = images[group.image].unlabelled
            }
            images[group.image].regions += 1
        }
        // A step takes whole ties.
        let total = Double(pixels.unlabelledCount)
        var step = 0, passed = 0
        var walk = pixels.entries.walk()
        var block: [UInt64] = []
        var tie: UInt64?
        while try walk.next(&block) {
            for entry in block {
                if tie != entry >> 32 {
                    tie = entry >> 32
                    while step < Self.ends.count - 1, Double(passed) > Self.ends[step] * total { step += 1 }
                }
                let group = pixels.group(of: entry)
                if group.isLabelled {
                    images[group.image].labelled[step] += 1
                    images[group.image].overlap[step] += Float(group.overlapWeight)
                } else {
                    images[group.image].unlabelled[step] += 1
                    passed += 1
                }
            }
        }
    }

    typealias Figures = (auroc: Double, aupro: [Double])

    /// Pixel AUROC, and AU-PRO up to each limit; NaN where undefined.
    ///
    /// - Parameter drawn: how often each image counts.
    func figures(_ drawn: [Int]) -> Figures {
        let count = Self.ends.count
        var unlabelled = [Double](repeating: 0, count: count)
        var labelled = unlabelled, overlap = unlabelled
        var regions = 0.0
        for (image, times) in zip(images, drawn) where times > 0 {
            let times = Double(times)
            for step in 0..<count { unlabelled[step] += times * Double(image.unlabelled[step]) }
            guard image.regions > 0 else { continue }
            for step in 0..<count {
                labelled[step] += times * Double(image.labelled[step])
                overlap[step] += times * Double(image.overlap[step])
            }
            regions += times * image.regions
        }
        let negatives = unlabelled.reduce(0, +), positives = labelled.reduce(0, +)
        guard negatives > 0, positives > 0 else { return (.nan, Self.limits.map { _ in .nan }) }
        var area = OverlapArea(limits: Self.limits)
        var (fpr, tpr, share, auroc) = (0.0, 0.0, 0.0, 0.0)
        for step in 0..<count {
            let next = (fpr: unlabelled[step] / negatives, tpr: labelled[step] / positives)
            auroc += next.fpr * (tpr + next.tpr / 2)
            (fpr, tpr, share) = (fpr + next.fpr, tpr + next.tpr, share + overlap[step] / regions)
            area.add(x: fpr, y: min(share, 1))
        }
        return (auroc, Self.limits.map { area.normalized[$0] ?? .nan })
    }

    /// The intervals of a test set's pixel metrics, moved by the difference between the metrics and those of the
    /// counts.
    ///
    /// - Parameter exact: the metrics of all pixels.
    func intervals(auroc exact: Double?, aupro: [Double: Double]) -> (auroc: Interval?, aupro: [Double: Interval]) {
        guard let exact, isAnomalous.count(where: { $0 }) > 1 else { return (nil, [:]) }
        let once = figures([Int](repeating: 1, count: images.count))
        var resampling = ImageResampling(isAnomalous: isAnomalous)
        let drawn = (0..<ImageResampling.resamples(images: images.count)).map { _ in figures(resampling.next()) }
        var intervals: [Double: Interval] = [:]
        for (place, limit) in Self.limits.enumerated() {
            guard let value = aupro[limit] else { continue }
            intervals[limit] = Interval(drawn.map { $0.aupro[place] }, shift: value - once.aupro[place])
        }
        return (Interval(drawn.map(\.auroc), shift: exact - once.auroc), intervals)
    }
}
