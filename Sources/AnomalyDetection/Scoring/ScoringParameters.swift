/// The computation of a map and a score from the network's reconstruction error.
public struct ScoringParameters: Codable, Sendable, Equatable {
    public enum ImageScore: String, Codable, Sendable, CaseIterable { case sum, max, mean, topK }

    /// The divisor of a map.
    public enum MapNormalization: String, Codable, Sendable, CaseIterable {
        /// No divisor: the map holds squared differences of pixel values.
        case none
        /// The error of normal images at the same position. Normal pixels are about 1.
        case expectedError
        /// The expected error times the relative error of normal images at the same local contrast.
        case localContrast
    }

    /// The side of the box filter in pixels of the network's input (odd; 1 for none) and the number of passes.
    public var boxSize, boxPasses: Int
    /// The number of averaged maps, each smoothed by a box three times as wide as the previous one. Small boxes
    /// preserve the peaks of small defects, large ones show the extent of large defects.
    public var scales: Int
    /// The number of averaged error levels: single pixels, and means over squares of growing width. More than 1
    /// requires a normalisation, because the errors of the levels differ by orders of magnitude.
    public var levels: Int
    public var normalization: MapNormalization
    public var imageScore: ImageScore
    /// The share of the highest pixels that `topK` averages.
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

    /// The default box size: about 1/40 of the image's shorter side in pixels, odd, at least 3.
    public static func usualBoxSize(shorterSide: Int) -> Int { max(3, 2 * (shorterSide / 80) + 1) }

    /// The sides of the boxes, limited by the image.
    ///
    /// - Parameter shorterSide: the image's shorter side in pixels.
    package func boxSizes(shorterSide: Int) -> [Int] {
        let widest = max(1, shorterSide - (shorterSide.isMultiple(of: 2) ? 1 : 2))
        var sizes: [Int] = []
        var size = boxSize
        for _ in 0..<scales {
            sizes.append(min(size, widest))
            size *= 3
        }
        return sizes
    }

    /// The score of a map; 0 without pixels.
    public func score(_ map: [Float]) -> Float {
        guard !map.isEmpty else { return 0 }
        switch imageScore {
        case .sum: return Float(map.reduce(0.0) { $0 + Double($1) })
        case .mean: return Float(map.reduce(0.0) { $0 + Double($1) } / Double(map.count))
        case .max: return map.max() ?? 0
        case .topK:
            let count = max(1, Int((topFraction * Float(map.count)).rounded()))
            return Float(Self.highest(count, of: map).reduce(0.0) { $0 + Double($1) } / Double(count))
        }
    }

    /// The highest values in descending order; NaN alone if a value is NaN.
    private static func highest(_ count: Int, of values: [Float]) -> [Float] {
        var found: [Float] = []
        found.reserveCapacity(2 * count)
        // All values that are still to be found are higher.
        var limit = -Float.infinity
        func sort() {
            found.sort(by: >)
            if found.count > count { found.removeLast(found.count - count) }
        }
        for value in values {
            if value.isNaN { return [.nan] }
            guard value > limit || found.count < count else { continue }
            found.append(value)
            guard found.count == 2 * count else { continue }
            sort()
            limit = found[count - 1]
        }
        sort()
        return found
    }
}
