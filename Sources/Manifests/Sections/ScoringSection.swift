/// `scoring`: the computation of anomaly maps and image scores from reconstruction errors.
public struct ScoringSection: Sendable, Equatable {
    /// The reduction of an anomaly map to an image score.
    public enum ImageScore: String, Sendable, CaseIterable {
        case sum
        case max
        case mean
        /// The mean of the largest values, see ``ScoringSection/topFraction``.
        case topK
    }

    /// The divisor of an anomaly map.
    public enum Normalization: String, Sendable, CaseIterable { case none, expectedError, localContrast }

    /// The side of the smoothing box filter in pixels, odd; `nil` for a fortieth of the image's shorter side.
    public var boxSize: Int?
    public var boxPasses: Int
    /// The number of averaged maps, each smoothed three times as widely as the one before.
    public var scales: Int
    /// The number of averaged error levels: single pixels, and means over growing squares.
    public var levels: Int
    public var normalization: Normalization
    public var imageScore: ImageScore
    /// The fraction of pixels that `topK` averages.
    public var topFraction: Double
    /// The number of images per task.
    public var shardSize: Int

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        boxSize = object["boxSize"].map { _ in object.whole("boxSize") }
        boxPasses = object.whole("boxPasses")
        scales = object.whole("scales")
        levels = object.whole("levels")
        normalization = object.choice("normalization")
        imageScore = object.choice("imageScore")
        topFraction = object.decimal("topFraction")
        shardSize = object.whole("shardSize")
    }
}

/// `calibration`: the threshold, from held-out normal images or set explicitly.
public struct CalibrationSection: Sendable, Equatable {
    /// The estimator of the threshold from held-out scores.
    public enum Estimate: String, Sendable, CaseIterable { case robust, empirical }

    public struct Costs: Sendable, Equatable {
        public var falseAlarm, miss: Double
    }

    /// The fraction of held-out normal images that score below the threshold.
    public var quantile: Double
    public var estimate: Estimate
    /// The prices of a false alarm and of a miss; nil for a threshold from normal scores alone.
    public var costs: Costs?
    /// Verdicts that change with a probability of at least exp(-tolerance) are uncertain; 0 marks none.
    public var tolerance: Double
    /// Overrides the calibrated threshold.
    public var threshold: Double?
    /// Overrides the calibrated pixel threshold.
    public var pixelThreshold: Double?

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        quantile = object.decimal("quantile")
        estimate = object.choice("estimate")
        if let costs = object["costs"] {
            self.costs = Costs(falseAlarm: costs.decimal("falseAlarm"), miss: costs.decimal("miss"))
        }
        tolerance = object.decimal("tolerance")
        threshold = object["threshold"] == nil ? nil : object.decimal("threshold")
        pixelThreshold = object["pixelThreshold"] == nil ? nil : object.decimal("pixelThreshold")
    }
}

/// `require`: lower bounds of metrics for a run to succeed.
public struct RequirementSection: Sendable, Equatable {
    public struct Requirement: Sendable, Equatable {
        /// The key in metrics.json, for AU-PRO and AUPIMO with the limit or statistic: `aupro.0.3`, `aupimo.mean`.
        public var figure: String
        public var least: Double

        public init(figure: String, least: Double) { (self.figure, self.least) = (figure, least) }
    }

    /// In the order of the schema.
    public var requirements: [Requirement]

    /// - Parameter object: the section of the resolved manifest, if it has one.
    public init(_ object: JSONValue?) {
        requirements = (object?.members ?? []).map { member in
            // The schema requires ">= " and a number.
            guard let text = member.value.string, let least = Double(text.dropFirst(3)) else {
                fatalError("'\(member.name)' must be a bound after validation")
            }
            return Requirement(figure: member.name, least: least)
        }
    }
}
