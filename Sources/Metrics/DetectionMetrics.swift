/// All figures of one test set, as they stand in `metrics.json`. A figure that is not defined for these images is nil, and
/// `undefined` says why.
public struct DetectionMetrics: Equatable, Sendable {
    /// The test images by what is known of them.
    public struct Images: Codable, Equatable, Sendable {
        public var normal = 0
        public var anomalous = 0
        /// Nobody has said what they are: they take part in no figure.
        public var unlabelled = 0
        /// Anomalous, without a mask: they take part in image figures alone.
        public var withoutMask = 0
        /// Anomalous, with a mask that labels no pixel: all their pixels count as normal ones, and they have no AUPIMO.
        public var emptyMask = 0
    }

    public var images = Images()
    /// Area under the ROC curve of the image scores, ties counting half.
    public var imageAUROC: Double?
    /// Average precision of the image scores.
    public var imageAP: Double?
    /// Largest F1 of the image scores, and the highest threshold that reaches it.
    public var imageF1Max: Double?
    public var imageF1MaxThreshold: Float?
    /// The same over all pixels.
    public var pixelAUROC: Double?
    public var pixelAP: Double?
    public var pixelF1Max: Double?
    public var pixelF1MaxThreshold: Float?
    public var aupro = AUPROFigures()
    public var aupimo = AUPIMOFigures()
    /// For each figure that is nil, by its name here, why it is. AU-PRO and AUPIMO are one figure each.
    public var undefined: [String: String] = [:]

    public init() {}
}

extension DetectionMetrics: Codable {
    private enum CodingKeys: String, CodingKey {
        case images, imageAUROC, imageAP, imageF1Max, imageF1MaxThreshold
        case pixelAUROC, pixelAP, pixelF1Max, pixelF1MaxThreshold, aupro, aupimo, undefined
    }

    /// Figures that do not exist are written as null, so that a reader finds every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(images, forKey: .images)
        try container.encode(imageAUROC, forKey: .imageAUROC)
        try container.encode(imageAP, forKey: .imageAP)
        try container.encode(imageF1Max, forKey: .imageF1Max)
        try container.encode(imageF1MaxThreshold, forKey: .imageF1MaxThreshold)
        try container.encode(pixelAUROC, forKey: .pixelAUROC)
        try container.encode(pixelAP, forKey: .pixelAP)
        try container.encode(pixelF1Max, forKey: .pixelF1Max)
        try container.encode(pixelF1MaxThreshold, forKey: .pixelF1MaxThreshold)
        try container.encode(aupro, forKey: .aupro)
        try container.encode(aupimo, forKey: .aupimo)
        try container.encode(undefined, forKey: .undefined)
    }
}
