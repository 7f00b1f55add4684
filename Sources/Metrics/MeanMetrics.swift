/// The figures of several test sets, each averaged over those sets in which it is defined. Thresholds and counts have no
/// mean.
public struct MeanMetrics: Equatable, Sendable {
    /// The means of the sets' means and medians.
    public struct AUPIMO: Equatable, Sendable {
        public var mean: Double?
        public var median: Double?
    }

    public var imageAUROC, imageAP, imageF1Max: Double?
    public var pixelAUROC, pixelAP, pixelF1Max: Double?
    public var aupro = AUPROFigures()
    public var aupimo = AUPIMO()

    public init(_ sets: [DetectionMetrics] = []) {
        func mean(_ figure: (DetectionMetrics) -> Double?) -> Double? {
            let known = sets.compactMap(figure)
            return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
        (imageAUROC, imageAP, imageF1Max) = (mean(\.imageAUROC), mean(\.imageAP), mean(\.imageF1Max))
        (pixelAUROC, pixelAP, pixelF1Max) = (mean(\.pixelAUROC), mean(\.pixelAP), mean(\.pixelF1Max))
        aupro = AUPROFigures(at005: mean(\.aupro.at005), at03: mean(\.aupro.at03), at1: mean(\.aupro.at1))
        aupimo = AUPIMO(mean: mean(\.aupimo.mean), median: mean(\.aupimo.median))
    }
}

extension MeanMetrics: Codable {
    private enum CodingKeys: String, CodingKey {
        case imageAUROC, imageAP, imageF1Max, pixelAUROC, pixelAP, pixelF1Max, aupro, aupimo
    }

    /// Figures that do not exist are written as null, so that a reader finds every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(imageAUROC, forKey: .imageAUROC)
        try container.encode(imageAP, forKey: .imageAP)
        try container.encode(imageF1Max, forKey: .imageF1Max)
        try container.encode(pixelAUROC, forKey: .pixelAUROC)
        try container.encode(pixelAP, forKey: .pixelAP)
        try container.encode(pixelF1Max, forKey: .pixelF1Max)
        try container.encode(aupro, forKey: .aupro)
        try container.encode(aupimo, forKey: .aupimo)
    }
}

extension MeanMetrics.AUPIMO: Codable {
    private enum CodingKeys: String, CodingKey { case mean, median }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mean, forKey: .mean)
        try container.encode(median, forKey: .median)
    }
}
