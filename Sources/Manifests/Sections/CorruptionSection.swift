/// `corruption`: the corruption of normal images for training.
public struct CorruptionSection: Sendable, Equatable {
    /// The corruption model.
    public enum Model: String, Sendable, CaseIterable {
        case structured
        case perlin
        case nsa
        case cutpaste
    }

    public var model: Model
    /// The fraction of training samples without corruption.
    public var cleanFraction: Double
    /// The folder of foreign textures; `nil` for procedural textures.
    public var textures: ManifestPath?
    public var foregroundOnly: Bool
    public var structured: StructuredCorruptionSection
    public var nsa: NSACorruptionSection

    /// - Parameters:
    ///   - object: the section of the resolved manifest.
    ///   - folder: the base of relative paths.
    public init(_ object: JSONValue, folder: String) {
        model = object.choice("model")
        cleanFraction = object.decimal("cleanFraction")
        textures = object["textures"]?.string.map { ManifestPath($0, relativeTo: folder) }
        foregroundOnly = object.flag("foregroundOnly")
        nsa = NSACorruptionSection(object.member("nsa"))
        structured = StructuredCorruptionSection(object.member("structured"))
    }
}

/// `corruption.structured`: patches of various shapes and contents.
public struct StructuredCorruptionSection: Sendable, Equatable {
    /// The number of patches per corrupted image, drawn uniformly.
    public var patches: ClosedRange<Int>
    /// The diameter of a patch as a fraction of the shorter side, drawn log-uniformly.
    public var size: ClosedRange<Double>
    /// The weight of the patch in the blend, drawn uniformly.
    public var opacity: ClosedRange<Double>
    /// The standard deviation of the Gaussian that softens the border, as a fraction of the shorter side, drawn
    /// uniformly.
    public var softness: ClosedRange<Double>
    /// The strength of the smooth random deformation of a shape, 0 to 1.
    public var elasticity: Double
    public var shapes: ShapeWeights
    public var contents: ContentWeights

    /// The relative frequencies of the shapes; not all are 0.
    public struct ShapeWeights: Sendable, Equatable {
        public var ellipse: Double
        public var polygon: Double
        public var stroke: Double

        /// - Parameter object: the section of the resolved manifest.
        public init(_ object: JSONValue) {
            ellipse = object.decimal("ellipse")
            polygon = object.decimal("polygon")
            stroke = object.decimal("stroke")
        }
    }

    /// The relative frequencies of patch contents; not all are 0.
    public struct ContentWeights: Sendable, Equatable {
        public var texture: Double
        public var cutPaste: Double
        public var warp: Double
        public var stain: Double
        public var noise: Double
        public var blur: Double
        public var shift: Double
        public var background: Double

        /// - Parameter object: the section of the resolved manifest.
        public init(_ object: JSONValue) {
            texture = object.decimal("texture")
            cutPaste = object.decimal("cutPaste")
            warp = object.decimal("warp")
            stain = object.decimal("stain")
            noise = object.decimal("noise")
            blur = object.decimal("blur")
            shift = object.decimal("shift")
            background = object.decimal("background")
        }
    }

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        let patches = object.member("patches")
        self.patches = patches.whole("min")...patches.whole("max")
        size = object.range("size")
        opacity = object.range("opacity")
        softness = object.range("softness")
        elasticity = object.decimal("elasticity")
        shapes = ShapeWeights(object.member("shapes"))
        contents = ContentWeights(object.member("contents"))
    }
}

/// `corruption.nsa`: natural synthetic anomalies.
public struct NSACorruptionSection: Sendable, Equatable {
    /// The gradients that blending preserves.
    public enum Gradients: String, Sendable, CaseIterable { case patch, mixed }

    /// The maximum number of patches per corrupted image.
    public var patches: Int
    /// Bounds of the factor by which a patch is resized.
    public var resize: ClosedRange<Double>
    public var gradients: Gradients

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        patches = object.whole("patches")
        resize = object.range("resize")
        gradients = object.choice("gradients")
    }
}
