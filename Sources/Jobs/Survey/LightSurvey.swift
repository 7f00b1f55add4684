import AnomalyDetection
import Foundation
import Imaging

/// Finds out if the light varies from image to image.
///
/// The mean of a picture says little of the light where objects differ in size or number. Where most images show an
/// object, both the background and the object must vary.
struct LightSurvey {
    /// Light varies if the standard deviation of the logarithms of the brightness is above this: the presets'
    /// `augmentation` changes brightness by up to a tenth.
    private static let alike = 0.1

    private var means: [Double] = [], borders: [Double] = [], objects: [Double] = []

    /// - Parameter image: an RGB image.
    mutating func add(_ image: PlanarImage) {
        // A black image has no logarithm.
        func level(_ value: Double) -> Double { log(max(value, 1e-3)) }
        means.append(level(image.values.reduce(0) { $0 + Double($1) } / Double(image.values.count)))
        guard let found = ForegroundEstimator().brightness(of: ObjectPose.reduced(image)) else { return }
        borders.append(level(Double(found.border)))
        objects.append(level(Double(found.object)))
    }

    var varies: Bool {
        let showsObject = 2 * objects.count > means.count
        let deviation = showsObject ? min(Self.deviation(borders), Self.deviation(objects)) : Self.deviation(means)
        return deviation > Self.alike
    }

    /// The standard deviation; 0 for fewer than two values.
    private static func deviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}
