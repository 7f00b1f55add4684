/// One drawn patch, still without content.
struct Patch {
    let shape: ShapeWeights.Shape
    /// The outline's largest diameter before it was deformed, in pixels. A stroke is one to three diameters long.
    let diameter: Float
    /// The a of (1 - aS)x + aSy.
    let opacity: Float
    let mask: SoftMask

    var box: PixelBox { mask.box }
}
