/// `augmentation`: random changes of the normal training images that leave them normal.
public struct AugmentationSection: Sendable, Equatable {
    public var flipHorizontal: Bool
    public var flipVertical: Bool
    /// Rotations by multiples of 90 degrees; square images only.
    public var quarterTurns: Bool
    /// Largest shift along each axis, as a share of that side.
    public var shift: Double
    /// Largest relative change of brightness.
    public var brightness: Double
    /// Largest relative change of contrast.
    public var contrast: Double
    /// Largest relative change of each colour channel by itself.
    public var colour: Double
    /// Largest share of fine detail that is taken away or added.
    public var sharpness: Double

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        flipHorizontal = object.flag("flipHorizontal")
        flipVertical = object.flag("flipVertical")
        quarterTurns = object.flag("quarterTurns")
        shift = object.decimal("shift")
        brightness = object.decimal("brightness")
        contrast = object.decimal("contrast")
        colour = object.decimal("colour")
        sharpness = object.decimal("sharpness")
    }
}
