import SeededRandom

/// How often each content fills a patch, relative to the others.
public struct ContentWeights: Codable, Sendable, Equatable {
    enum Content: CaseIterable { case texture, cutPaste, warp, stain, noise, blur, shift, background }

    /// An image of the texture source, or a texture by formula where there is none.
    public var texture: Float
    /// Another region of the same or of another normal image.
    public var cutPaste: Float
    /// The region itself, strongly warped.
    public var warp: Float
    /// A flat or graded colour, laid over the region or mixed with it.
    public var stain: Float
    /// The region with white to blotchy noise.
    public var noise: Float
    /// The region out of focus.
    public var blur: Float
    /// The region with other brightness, contrast and colour.
    public var shift: Float
    /// The surroundings, grown over the region: a missing part.
    public var background: Float

    public init(
        texture: Float = 1, cutPaste: Float = 1, warp: Float = 1, stain: Float = 1, noise: Float = 0.5,
        blur: Float = 0.5, shift: Float = 0.5, background: Float = 0.5
    ) {
        self.texture = texture
        self.cutPaste = cutPaste
        self.warp = warp
        self.stain = stain
        self.noise = noise
        self.blur = blur
        self.shift = shift
        self.background = background
    }

    /// In the order of `Content.allCases`.
    var inOrder: [Float] { [texture, cutPaste, warp, stain, noise, blur, shift, background] }

    func draw(using generator: inout SeededGenerator) -> Content {
        Content.allCases[generator.index(weights: inOrder)]
    }
}
