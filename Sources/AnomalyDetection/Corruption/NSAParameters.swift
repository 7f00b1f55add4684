/// How the `nsa` model draws its patches (Schlüter et al., "Natural Synthetic Anomalies for Self-Supervised Anomaly
/// Detection and Localization", ECCV 2022; values from the authors' training script). A patch of n x m pixels costs in
/// the order of nnm operations to blend: images beyond 1,000 pixels a side take long.
public struct NSAParameters: Codable, Sendable, Equatable {
    /// At most so many patches: the first always, each further one with probability 1/2.
    public var maximumPatches: Int
    /// The bounds of the factor that a patch is resized by.
    public var resize: ClosedRange<Float>
    /// Keeps, pixel by pixel, the stronger of the two gradients (Pérez et al. 2003, section "mixing gradients").
    public var mixedGradients: Bool

    public init(maximumPatches: Int, resize: ClosedRange<Float>, mixedGradients: Bool) {
        self.maximumPatches = maximumPatches
        self.resize = resize
        self.mixedGradients = mixedGradients
    }

    public static let objects = NSAParameters(maximumPatches: 3, resize: 0.7...1.3, mixedGradients: false)
    public static let textures = NSAParameters(maximumPatches: 4, resize: 0.5...2, mixedGradients: true)

    var problems: [String] {
        var found: [String] = []
        if !(1...64).contains(maximumPatches) {
            found.append("nsa.maximumPatches is \(maximumPatches); a count from 1 to 64 is needed")
        }
        if !(resize.lowerBound >= 0.1 && resize.upperBound <= 10) {
            found.append("nsa.resize is \(resize); factors from 0.1 to 10 are needed")
        }
        return found
    }
}
