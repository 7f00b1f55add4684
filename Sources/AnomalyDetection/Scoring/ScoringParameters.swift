/// How a map and a score are made of what the network changed.
public struct ScoringParameters: Sendable, Equatable {
    public enum ImageScore: String, Sendable, CaseIterable { case sum, max, mean, topK }

    /// Side of the box filter in pixels of the network's input (odd; 1 = none) and how often it is applied.
    public var boxSize, boxPasses: Int
    public var imageScore: ImageScore
    /// The share of pixels whose mean is the score `topK`.
    public var topFraction: Float

    public init(boxSize: Int, boxPasses: Int, imageScore: ImageScore, topFraction: Float) {
        (self.boxSize, self.boxPasses) = (boxSize, boxPasses)
        (self.imageScore, self.topFraction) = (imageScore, topFraction)
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
