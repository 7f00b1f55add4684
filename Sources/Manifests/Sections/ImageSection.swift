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
    /// The side of a pixel of the original images in millimetres; `nil` if it is not known.
    public var pixelSize: Double?
    /// The region of interest; `nil` for whole images.
    public var region: Region?

    /// The part of each image that is judged.
    public enum Region: Sendable, Equatable {
        /// x and y of each corner in turn, in fractions of the width and the height.
        case polygon([Double])
        /// One mask for all images.
        case mask(ManifestPath)
        /// A folder of a mask for each image.
        case masks(ManifestPath)
        /// The object on a plain background.
        case auto
    }

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

    /// - Parameters:
    ///   - object: the section of the resolved manifest.
    ///   - folder: the base of relative paths.
    public init(_ object: JSONValue, folder: String) {
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
        pixelSize = object["pixelSize"]?.number?.double
        if let frame = object["frame"] {
            self.frame = Frame(width: frame.decimal("width"), height: frame.decimal("height"))
        }
        region = object["region"].flatMap { Region($0, folder: folder) }
    }
}

extension ImageSection.Region {
    fileprivate init?(_ value: JSONValue, folder: String) {
        func path(_ key: String) -> ManifestPath? {
            value[key]?.string.map { ManifestPath($0, relativeTo: folder) }
        }
        if value.string == "auto" {
            self = .auto
        } else if let corners = value["polygon"]?.elements {
            self = .polygon(corners.flatMap { ($0.elements ?? []).compactMap(\.number?.double) })
        } else if let mask = path("mask") {
            self = .mask(mask)
        } else if let masks = path("masks") {
            self = .masks(masks)
        } else {
            return nil
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
