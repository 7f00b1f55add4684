/// Why a metric has no value for a test set.
public enum UndefinedMetric: Equatable, Sendable {
    case noAnomalousImage(normalImages: Int)
    case noNormalImage(anomalousImages: Int)
    /// No mask labels a pixel.
    case noLabelledPixel(maps: Int)
    /// Every pixel of every map is labelled.
    case noUnlabelledPixel(maps: Int)
    case aupimo(AUPIMOUnavailable)
}

extension UndefinedMetric: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noAnomalousImage(let normalImages):
            "None of the \(normalImages) labelled images is anomalous, expected at least one; add anomalous test images."
        case .noNormalImage(let anomalousImages):
            "None of the \(anomalousImages) labelled images is normal, expected at least one; add normal test images."
        case .noLabelledPixel(let maps):
            "None of the \(maps) maps has labelled pixels, expected at least one; add ground-truth masks."
        case .noUnlabelledPixel(let maps):
            "Every pixel of the \(maps) maps is labelled, expected some that are not; add normal test images."
        case .aupimo(let reason): reason.description
        }
    }
}
