/// Why AUPIMO is not defined for a test set.
public enum AUPIMOUnavailable: Error, Equatable, Sendable {
    /// The thresholds come from normal images, and there is none.
    case noNormalImage
    /// No image has labelled pixels.
    case noLabelledPixel
    /// Even the highest normal score gives a larger false-positive rate than the lower bound.
    case boundNotReached(lowerBound: Double, smallestRate: Double, normalImages: Int, normalPixels: Int)
    /// No two linear thresholds separate the bounds.
    case thresholdsTooCoarse(count: Int)
}

extension AUPIMOUnavailable: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noNormalImage:
            "AUPIMO takes its thresholds from normal test images and there is none; add normal images to the test set."
        case .noLabelledPixel:
            "AUPIMO needs labelled pixels and no mask has any; add ground-truth masks."
        case .boundNotReached(let lowerBound, let smallestRate, let normalImages, let normalPixels):
            "The smallest false-positive rate that the \(normalPixels) pixels of \(normalImages) normal images give "
                + "is \(smallestRate), expected at most the lower bound \(lowerBound) of AUPIMO; "
                + "add normal test images or raise the bound."
        case .thresholdsTooCoarse(let count):
            "The \(count) linear thresholds of AUPIMO give both bounds the same threshold, expected two; "
                + "use more thresholds or the exact ones."
        }
    }
}
