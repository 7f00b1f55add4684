import SeededRandom

/// How often each outline is drawn, relative to the others.
public struct ShapeWeights: Codable, Sendable, Equatable {
    enum Shape: CaseIterable { case ellipse, polygon, stroke }

    /// Spots, drops, dents.
    public var ellipse: Float
    /// Chips, flakes, foreign bodies: convex or star-like.
    public var polygon: Float
    /// Scratches, hairs, threads, cracks.
    public var stroke: Float

    public init(ellipse: Float = 1, polygon: Float = 1, stroke: Float = 1) {
        self.ellipse = ellipse
        self.polygon = polygon
        self.stroke = stroke
    }

    /// In the order of `Shape.allCases`.
    var inOrder: [Float] { [ellipse, polygon, stroke] }

    func draw(using generator: inout SeededGenerator) -> Shape {
        Shape.allCases[generator.index(weights: inOrder)]
    }
}
