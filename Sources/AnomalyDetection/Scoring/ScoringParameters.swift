/// How a map and a score are made of what the network changed.
public struct ScoringParameters: Codable, Sendable, Equatable {
    public enum ImageScore: String, Codable, Sendable, CaseIterable { case sum, max, mean, topK }

    /// What a map is divided by.
    public enum MapNormalization: String, Codable, Sendable, CaseIterable {
        /// By nothing: squared differences of pixel values.
        case none
        /// By the error that normal images have at the same place: about 1 where nothing is wrong.
        case expectedError
        /// By that, and by how much larger errors are where an image is as busy as there.
        case localContrast
    }

    /// Side of the box filter in pixels of the network's input (odd; 1 = none) and how often it is applied.
    public var boxSize, boxPasses: Int
    /// How many maps are averaged, each smoothed by a box three times as wide as that of the one before: small boxes for the
    /// peaks of small defects, large ones for the extent of large defects.
    public var scales: Int
    /// How many levels of the error are averaged: single pixels, and means over squares of growing width. More than 1 needs a
    /// normalisation, as the levels' errors differ by orders of magnitude.
    public var levels: Int
    public var normalization: MapNormalization
    public var imageScore: ImageScore
    /// The share of pixels whose mean is the score `topK`.
    public var topFraction: Float

    public init(
        boxSize: Int, boxPasses: Int, scales: Int = 1, levels: Int = 1, normalization: MapNormalization = .none,
        imageScore: ImageScore, topFraction: Float
    ) {
        guard levels == 1 || normalization != .none else { fatalError("\(levels) levels without a normalisation") }
        (self.boxSize, self.boxPasses, self.scales) = (boxSize, boxPasses, scales)
        (self.levels, self.normalization) = (levels, normalization)
        (self.imageScore, self.topFraction) = (imageScore, topFraction)
    }

    /// About a fortieth of an image's shorter side, in pixels, as an odd number of at least 3.
    public static func usualBoxSize(shorterSide: Int) -> Int { max(3, 2 * (shorterSide / 80) + 1) }

    /// The sides of the boxes, none wider than the image.
    ///
    /// - Parameter shorterSide: of the image, in pixels.
    func boxSizes(shorterSide: Int) -> [Int] {
        let widest = max(1, shorterSide - (shorterSide.isMultiple(of: 2) ? 1 : 2))
        var sizes: [Int] = []
        var size = boxSize
        for _ in 0..<scales {
            sizes.append(min(size, widest))
            size *= 3
        }
        return sizes
    }

    /// One number for a map of at least one pixel.
    public func score(_ map: [Float]) -> Float {
        switch imageScore {
        case .sum: return Float(map.reduce(0.0) { $0 + Double($1) })
        case .mean: return Float(map.reduce(0.0) { $0 + Double($1) } / Double(map.count))
        case .max: return map.max() ?? 0
        case .topK:
            let count = max(1, Int((topFraction * Float(map.count)).rounded()))
            let top = map.sorted(by: >).prefix(count)
            return Float(top.reduce(0.0) { $0 + Double($1) } / Double(count))
        }
    }
}
