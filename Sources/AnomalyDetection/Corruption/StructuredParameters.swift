/// How the `structured` model draws its patches. Lengths are shares of the image's shorter side, so that one set of
/// parameters serves every resolution.
public struct StructuredParameters: Codable, Sendable, Equatable {
    /// How many patches a sample has, each count equally likely.
    public var patches: ClosedRange<Int>
    /// The patch's largest diameter, drawn log-uniformly: tiny defects are as likely as large ones.
    public var size: ClosedRange<Float>
    /// The factor a in (1 - aS)x + aSy, uniform.
    public var opacity: ClosedRange<Float>
    /// The standard deviation of the Gaussian that softens the border, drawn as lower + u^2 (upper - lower) with u uniform,
    /// because most real borders are sharp; at most a sixth of a patch's diameter, so that no small patch is washed out.
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
        self.patches = patches
        self.size = size
        self.opacity = opacity
        self.softness = softness
        self.elasticity = elasticity
        self.shapes = shapes
        self.contents = contents
    }

    var problems: [String] {
        var found: [String] = []
        func require(_ holds: Bool, _ sentence: String) { if !holds { found.append(sentence) } }
        require(
            patches.lowerBound >= 1 && patches.upperBound <= 64,
            "structured.patches is \(patches); counts from 1 to 64 are needed")
        require(
            size.lowerBound > 0 && size.upperBound <= 1,
            "structured.size is \(size); shares above 0, up to 1 are needed")
        require(
            opacity.lowerBound > 0 && opacity.upperBound <= 1,
            "structured.opacity is \(opacity); values above 0, up to 1 are needed")
        require(
            softness.lowerBound >= 0 && softness.upperBound <= 0.25,
            "structured.softness is \(softness); shares from 0 to 0.25 are needed")
        require(
            (0...1).contains(elasticity), "structured.elasticity is \(elasticity); a share from 0 to 1 is needed")
        for (name, weights) in [("shapes", shapes.inOrder), ("contents", contents.inOrder)] {
            require(
                weights.allSatisfy { $0 >= 0 && $0.isFinite } && weights.contains { $0 > 0 },
                "structured.\(name) has the weights \(weights); finite weights of at least 0 are needed, one above 0")
        }
        return found
    }
}
