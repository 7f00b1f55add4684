/// The metrics of one test set, as written to `metrics.json`. A metric that is undefined for these images is nil, and
/// `undefined` holds the reason.
public struct DetectionMetrics: Codable, Equatable, Sendable {
    /// The number of test images by their ground truth.
    public struct Images: Codable, Equatable, Sendable {
        public var normal = 0
        public var anomalous = 0
        /// Images without a label. They count towards no metric.
        public var unlabelled = 0
        /// Anomalous images without a mask. They count towards image metrics only.
        public var withoutMask = 0
        /// Anomalous images whose mask labels no pixel. Their pixels count as normal, and they have no AUPIMO.
        public var emptyMask = 0
    }

    public var images = Images()
    /// Area under the ROC curve of the image scores; ties count half.
    public var imageAUROC: Double?
    /// Average precision of the image scores.
    public var imageAP: Double?
    /// The largest F1 of the image scores, and the highest threshold that reaches it.
    public var imageF1Max: Double?
    public var imageF1MaxThreshold: Float?
    /// The same metrics over all pixels.
    public var pixelAUROC: Double?
    public var pixelAP: Double?
    public var pixelF1Max: Double?
    public var pixelF1MaxThreshold: Float?
    /// F1 over all pixels at `pixelThreshold`, which was chosen without labels; see `SegmentationCounts`.
    public var segF1: Double?
    public var pixelThreshold: Float?
    /// Spearman's correlation of an image's score with its number of labelled pixels, over images that have some.
    public var severityCorrelation: Double?
    public var aupro = AUPROFigures()
    public var aupimo = AUPIMOFigures()
    /// Nil only in files of earlier versions.
    public var intervals: IntervalFigures? = IntervalFigures()
    /// The metrics of parts that several images show; nil if each image shows its own.
    public var parts: PartFigures?
    /// The metrics of each kind of defect, if the data set defines saturation thresholds for its regions; otherwise
    /// nil.
    public var kinds: [String: SaturatedFigures]?
    /// The reason for each metric that is nil, keyed by property name. AU-PRO and AUPIMO count as one metric each.
    public var undefined: [String: String] = [:]

    public init() {}
}

/// AU-PRO up to the usual limits of the false-positive rate, each divided by its limit.
public struct AUPROFigures: Codable, Equatable, Sendable {
    private enum CodingKeys: String, CodingKey {
        case at005 = "0.05"
        case at03 = "0.3"
        case at1 = "1"
    }

    public var at005: Double?
    /// The limit that MVTec's evaluation uses.
    public var at03: Double?
    public var at1: Double?

    public init(at005: Double? = nil, at03: Double? = nil, at1: Double? = nil) {
        (self.at005, self.at03, self.at1) = (at005, at03, at1)
    }
}

/// AUPIMO over the anomalous images of a test set. Each image has its own value.
public struct AUPIMOFigures: Codable, Equatable, Sendable {
    /// An image and its AUPIMO.
    public struct Image: Codable, Equatable, Sendable {
        public var image: String
        public var aupimo: Double
    }

    /// The length of the list of worst images.
    static let worstCount = 10

    public var mean: Double?
    public var median: Double?
    /// Population standard deviation; see `PerImageStatistics`.
    public var standardDeviation: Double?
    /// The number of images with a value: anomalous images with labelled pixels.
    public var count = 0
    /// The images with the lowest values, at most ten, in ascending order. Ties are ordered by name.
    public var worst: [Image] = []

    public init() {}

    /// - Parameter values: One value per name; nil for images without AUPIMO.
    init(_ values: [Double?], names: [String]) {
        let known = zip(names, values).compactMap { name, value in value.map { Image(image: name, aupimo: $0) } }
        let statistics = PerImageStatistics(known.map(\.aupimo))
        (mean, median) = (statistics.mean, statistics.median)
        standardDeviation = statistics.standardDeviation
        count = known.count
        worst = Array(known.sorted { ($0.aupimo, $0.image) < ($1.aupimo, $1.image) }.prefix(Self.worstCount))
    }
}

/// Mean, median and standard deviation of a per-image metric over the images; nil without any value.
public struct PerImageStatistics: Equatable, Sendable {
    public let mean: Double?
    /// For an even number of values, the mean of the middle two.
    public let median: Double?
    /// The population standard deviation (divisor n, not n - 1). 0 for a single image.
    public let standardDeviation: Double?

    public init(_ values: [Double]) {
        // Sorted, so that the sums do not depend on the order of the images.
        let sorted = values.sorted()
        guard !sorted.isEmpty else {
            (mean, median, standardDeviation) = (nil, nil, nil)
            return
        }
        let count = Double(sorted.count)
        let mean = sorted.reduce(0, +) / count
        self.mean = mean
        median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        standardDeviation = (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    }
}

/// The metrics of each category and their means, as `nominal evaluate` writes them to `metrics.json`. Schema:
/// schemas/metrics.schema.json.
public struct MetricsSummary: Codable, Equatable, Sendable {
    public var categories: [String: DetectionMetrics]
    public var mean: MeanMetrics

    /// - Parameter order: The order of the categories in which the means are summed.
    public init(_ categories: [String: DetectionMetrics], order: [String]) {
        self.categories = categories
        mean = MeanMetrics(order.compactMap { categories[$0] })
    }
}

/// The metrics of several test sets, each averaged over the sets in which it is defined. Thresholds and counts are not
/// averaged.
public struct MeanMetrics: Codable, Equatable, Sendable {
    /// The averages of each set's mean and median AUPIMO.
    public struct AUPIMO: Codable, Equatable, Sendable {
        public var mean: Double?
        public var median: Double?
    }

    public var imageAUROC, imageAP, imageF1Max: Double?
    public var pixelAUROC, pixelAP, pixelF1Max: Double?
    public var segF1, severityCorrelation: Double?
    public var aupro = AUPROFigures()
    public var aupimo = AUPIMO()

    public init(_ sets: [DetectionMetrics] = []) {
        func mean(_ figure: (DetectionMetrics) -> Double?) -> Double? {
            let known = sets.compactMap(figure)
            return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
        (imageAUROC, imageAP, imageF1Max) = (mean(\.imageAUROC), mean(\.imageAP), mean(\.imageF1Max))
        (pixelAUROC, pixelAP, pixelF1Max) = (mean(\.pixelAUROC), mean(\.pixelAP), mean(\.pixelF1Max))
        (segF1, severityCorrelation) = (mean(\.segF1), mean(\.severityCorrelation))
        aupro = AUPROFigures(at005: mean(\.aupro.at005), at03: mean(\.aupro.at03), at1: mean(\.aupro.at1))
        aupimo = AUPIMO(mean: mean(\.aupimo.mean), median: mean(\.aupimo.median))
    }
}

// The synthesized encoding of this module's types calls these overloads. They write an undefined metric as null, where
// the standard library would omit the key.
extension KeyedEncodingContainer {
    mutating func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encode(value, forKey: key) }
    mutating func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try encode(value, forKey: key) }
    mutating func encodeIfPresent(_ value: Interval?, forKey key: Key) throws { try encode(value, forKey: key) }
}
