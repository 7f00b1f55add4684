/// A synthetic corruption model. Raw values are the names in manifests and reports.
public enum CorruptionKind: String, Codable, Sendable, CaseIterable {
    /// Nominal's own model: soft, deformed shapes of every scale, filled with many kinds of content.
    case structured
    /// DRAEM: thresholded Perlin noise filled with an augmented texture (Zavrtanik et al., ICCV 2021).
    case perlin
    /// Natural synthetic anomalies: Poisson-blended patches of other normal images (Schlüter et al., ECCV 2022).
    case nsa
    /// CutPaste: rectangles and thin scars pasted elsewhere (Li et al., CVPR 2021).
    case cutpaste
}

/// The parameters of a corruption. With the images and the generator's state they determine every sample.
public struct CorruptionParameters: Codable, Sendable, Equatable {
    public var model: CorruptionKind
    /// The share of samples that stay clean. DRAEM's published value for `perlin` is 0.5.
    public var cleanFraction: Float
    /// True to corrupt only the object, where the background is plain enough to separate the two.
    public var foregroundOnly: Bool
    /// True if the data set is grey, which makes every corrupted pixel grey. Known after ingest; see `DataSetColour`.
    public var isGrey: Bool
    /// Used by `structured` only.
    public var structured: StructuredParameters
    /// Used by `nsa` only.
    public var nsa: NSAParameters

    public init(
        model: CorruptionKind = .structured, cleanFraction: Float = 0.1, foregroundOnly: Bool = false,
        isGrey: Bool = false,
        structured: StructuredParameters = StructuredParameters(), nsa: NSAParameters = .objects
    ) {
        (self.model, self.cleanFraction, self.foregroundOnly) = (model, cleanFraction, foregroundOnly)
        (self.isGrey, self.structured, self.nsa) = (isGrey, structured, nsa)
    }

    /// One sentence per invalid value; empty if all values are valid. `CorruptionModel` traps on invalid parameters, so
    /// check user input first.
    public var problems: [String] {
        var found: [String] = []
        if !(0...1).contains(cleanFraction) {
            found.append("cleanFraction is \(cleanFraction); expected 0 to 1")
        }
        switch model {
        case .structured: found += structured.problems
        case .nsa: found += nsa.problems
        case .perlin, .cutpaste: break
        }
        return found
    }
}
