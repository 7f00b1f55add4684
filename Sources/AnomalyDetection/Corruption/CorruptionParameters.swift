/// What decides, together with the images and a random generator, how a normal image is corrupted.
public struct CorruptionParameters: Codable, Sendable, Equatable {
    public var model: CorruptionKind
    /// The share of samples that stay clean. DRAEM's published value for `perlin` is 0.5.
    public var cleanFraction: Float
    /// Corrupts nothing but the object, where the background is plain enough to tell the two apart.
    public var foregroundOnly: Bool
    /// True if the data set has no colours: then every corrupted pixel is grey. Known only when its images are, see `DataSetColour`.
    public var isGrey: Bool
    /// Read by `structured` alone.
    public var structured: StructuredParameters
    /// Read by `nsa` alone.
    public var nsa: NSAParameters

    public init(
        model: CorruptionKind = .structured, cleanFraction: Float = 0.1, foregroundOnly: Bool = false,
        isGrey: Bool = false,
        structured: StructuredParameters = StructuredParameters(), nsa: NSAParameters = .objects
    ) {
        self.model = model
        self.cleanFraction = cleanFraction
        self.foregroundOnly = foregroundOnly
        self.isGrey = isGrey
        self.structured = structured
        self.nsa = nsa
    }

    /// One sentence for each value that no corruption can be drawn from; empty when all is well. `CorruptionModel`
    /// takes only parameters without problems, so values that a user wrote are to be checked first.
    public var problems: [String] {
        var found: [String] = []
        if !(0...1).contains(cleanFraction) {
            found.append("cleanFraction is \(cleanFraction); a share from 0 to 1 is needed")
        }
        switch model {
        case .structured: found += structured.problems
        case .nsa: found += nsa.problems
        case .perlin, .cutpaste: break
        }
        return found
    }
}
