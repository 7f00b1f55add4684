/// `image`: the size of images for training and scoring. Sides are in pixels, multiples of 8 from 32 to 4096.
public struct ImageSection: Sendable, Equatable {
    public var width: Int
    public var height: Int
    /// The network's input for larger images; `nil` if the input is the whole image.
    public var tile: Tile?
    /// The sample values of black and white, also from the key `depth`; `nil` for the full range of the file format.
    public var range: ClosedRange<Double>?
    /// True if the colour profiles of files are applied, so that all images have the colours of sRGB.
    public var isConvertedToSRGB: Bool
    /// The frame that is cut out around the object; `nil` for whole images.
    public var frame: Frame?

    /// Sides in shares of the image's shorter side, along the object and across it.
    public struct Frame: Sendable, Equatable {
        public var width, height: Double
    }

    /// The overlapping parts of an image that the network processes.
    public struct Tile: Sendable, Equatable {
        public var width: Int
        public var height: Int
        /// The minimum overlap of neighbouring tiles in pixels.
        public var overlap: Int
    }

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        width = object.whole("width")
        height = object.whole("height")
        isConvertedToSRGB = object.text("colour") == "sRGB"
        if let tile = object["tile"] {
            self.tile = Tile(
                width: tile.whole("width"), height: tile.whole("height"), overlap: tile.whole("overlap"))
        }
        if let bounds = object["range"]?.elements?.compactMap(\.number?.double), bounds.count == 2,
            bounds[0] < bounds[1]
        {
            range = bounds[0]...bounds[1]
        } else if let depth = object["depth"]?.number?.double {
            range = 0...(Double(1 << Int(depth)) - 1)
        }
        if let frame = object["frame"] {
            self.frame = Frame(width: frame.decimal("width"), height: frame.decimal("height"))
        }
    }
}

/// `augmentation`: random changes of normal training images that keep them normal.
public struct AugmentationSection: Sendable, Equatable {
    public var flipHorizontal: Bool
    public var flipVertical: Bool
    /// Rotations by multiples of 90 degrees; square images only.
    public var quarterTurns: Bool
    /// The largest shift along each axis, as a fraction of that side.
    public var shift: Double
    /// The largest relative change of brightness.
    public var brightness: Double
    /// The largest relative change of contrast.
    public var contrast: Double
    /// The largest relative change of each colour channel.
    public var colour: Double
    /// The largest fraction of fine detail removed or added.
    public var sharpness: Double

    /// - Parameter object: the section of the resolved manifest.
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
