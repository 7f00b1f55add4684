/// The synthetic corruption models, by the names that manifests and reports use.
public enum CorruptionKind: String, Codable, Sendable, CaseIterable {
    /// Our own model: soft, deformed shapes of every scale, filled with many kinds of content.
    case structured
    /// DRAEM: thresholded Perlin noise filled with an augmented texture (Zavrtanik et al., ICCV 2021).
    case perlin
    /// Natural synthetic anomalies: Poisson-blended patches of other normal images (Schlüter et al., ECCV 2022).
    case nsa
    /// CutPaste: rectangles and thin scars pasted elsewhere (Li et al., CVPR 2021).
    case cutpaste
}
