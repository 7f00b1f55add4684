import SeededRandom

/// The parameters of the `structured` model. Lengths are shares of the image's shorter side, so one set of parameters
/// serves every resolution.
public struct StructuredParameters: Codable, Sendable, Equatable {
    /// The number of patches per sample, drawn uniformly.
    public var patches: ClosedRange<Int>
    /// The largest diameter of a patch, drawn log-uniformly: tiny defects are as likely as large ones.
    public var size: ClosedRange<Float>
    /// The factor a in (1 - aS)x + aSy, drawn uniformly.
    public var opacity: ClosedRange<Float>
    /// The standard deviation of the Gaussian that softens the border, drawn as lower + u^2 (upper - lower) with u
    /// uniform, because most real borders are sharp. It is limited to 1/6 of the patch's diameter, so that small
    /// patches stay visible.
    public var softness: ClosedRange<Float>
    /// The standard deviation of the displacement that deforms an outline, as a share of the patch's radius.
    public var elasticity: Float
    public var shapes: ShapeWeights
    public var contents: ContentWeights

    public init(
        patches: ClosedRange<Int> = 1...3, size: ClosedRange<Float> = 0.02...0.4,
        opacity: ClosedRange<Float> = 0.3...1, softness: ClosedRange<Float> = 0...0.02, elasticity: Float = 0.2,
        shapes: ShapeWeights = ShapeWeights(), contents: ContentWeights = ContentWeights()
    ) {
        (self.patches, self.size, self.opacity) = (patches, size, opacity)
        (self.softness, self.elasticity) = (softness, elasticity)
        (self.shapes, self.contents) = (shapes, contents)
    }

    var problems: [String] {
        var found: [String] = []
        func require(_ holds: Bool, _ sentence: String) { if !holds { found.append(sentence) } }
        require(
            patches.lowerBound >= 1 && patches.upperBound <= 64,
            "structured.patches is \(patches); expected 1 to 64")
        require(
            size.lowerBound > 0 && size.upperBound <= 1,
            "structured.size is \(size); expected values above 0 and up to 1")
        require(
            opacity.lowerBound > 0 && opacity.upperBound <= 1,
            "structured.opacity is \(opacity); expected values above 0 and up to 1")
        require(
            softness.lowerBound >= 0 && softness.upperBound <= 0.25,
            "structured.softness is \(softness); expected 0 to 0.25")
        require(
            (0...1).contains(elasticity), "structured.elasticity is \(elasticity); expected 0 to 1")
        for (name, weights) in [("shapes", shapes.inOrder), ("contents", contents.inOrder)] {
            require(
                weights.allSatisfy { $0 >= 0 && $0.isFinite } && weights.contains { $0 > 0 },
                "structured.\(name) is \(weights); expected finite weights of at least 0, one of them positive")
        }
        return found
    }
}

/// The relative frequencies of the outlines.
public struct ShapeWeights: Codable, Sendable, Equatable {
    enum Shape: CaseIterable { case ellipse, polygon, stroke }

    /// Spots, drops and dents.
    public var ellipse: Float
    /// Chips, flakes and foreign bodies, convex or jagged.
    public var polygon: Float
    /// Scratches, hairs, threads and cracks.
    public var stroke: Float

    public init(ellipse: Float = 1, polygon: Float = 1, stroke: Float = 1) {
        (self.ellipse, self.polygon, self.stroke) = (ellipse, polygon, stroke)
    }

    /// The weights in the order of `Shape.allCases`.
    var inOrder: [Float] { [ellipse, polygon, stroke] }

    func draw(using generator: inout SeededGenerator) -> Shape {
        Shape.allCases[generator.index(weights: inOrder)]
    }
}

/// The relative frequencies of the contents of a patch.
public struct ContentWeights: Codable, Sendable, Equatable {
    enum Content: CaseIterable { case texture, cutPaste, warp, stain, noise, blur, shift, background }

    /// An image of the texture source, or a procedural texture without a source.
    public var texture: Float
    /// Another region of the same or another normal image.
    public var cutPaste: Float
    /// The region under the patch, strongly warped.
    public var warp: Float
    /// A flat or graded colour that covers the region or mixes with it.
    public var stain: Float
    /// The region with white or blotchy noise.
    public var noise: Float
    /// The region out of focus.
    public var blur: Float
    /// The region with changed brightness, contrast and colour.
    public var shift: Float
    /// The surroundings extended over the region, as if a part were missing.
    public var background: Float

    public init(
        texture: Float = 1, cutPaste: Float = 1, warp: Float = 1, stain: Float = 1, noise: Float = 0.5,
        blur: Float = 0.5, shift: Float = 0.5, background: Float = 0.5
    ) {
        (self.texture, self.cutPaste, self.warp, self.stain) = (texture, cutPaste, warp, stain)
        (self.noise, self.blur, self.shift, self.background) = (noise, blur, shift, background)
    }

    /// The weights in the order of `Content.allCases`.
    var inOrder: [Float] { [texture, cutPaste, warp, stain, noise, blur, shift, background] }

    func draw(using generator: inout SeededGenerator) -> Content {
        Content.allCases[generator.index(weights: inOrder)]
    }
}
