/// `corruption.structured`: patches of many shapes and contents.
public struct StructuredCorruptionSection: Sendable, Equatable {
    /// Patches per corrupted image, drawn uniformly.
    public var patches: ClosedRange<Int>
    /// Diameter of a patch as a share of the shorter side, drawn log-uniformly.
    public var size: ClosedRange<Double>
    /// Share of the new content in the blend, drawn uniformly.
    public var opacity: ClosedRange<Double>
    /// Standard deviation of the Gaussian that softens the border, as a share of the shorter side, drawn uniformly.
    public var softness: ClosedRange<Double>
    /// Strength of the smooth random deformation of a shape, 0 to 1.
    public var elasticity: Double
    public var shapes: ShapeWeights
    public var contents: ContentWeights

    /// Relative frequency of the shapes; not all are 0.
    public struct ShapeWeights: Sendable, Equatable {
        public var ellipse: Double
        public var polygon: Double
        public var stroke: Double

        /// - Parameter object: the section of a resolved manifest.
        public init(_ object: JSONValue) {
            ellipse = object.decimal("ellipse")
            polygon = object.decimal("polygon")
            stroke = object.decimal("stroke")
        }
    }

    /// Relative frequency of what fills a patch; not all are 0.
    public struct ContentWeights: Sendable, Equatable {
        public var texture: Double
        public var cutPaste: Double
        public var warp: Double
        public var stain: Double
        public var noise: Double
        public var blur: Double
        public var shift: Double
        public var background: Double

        /// - Parameter object: the section of a resolved manifest.
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

    /// - Parameter object: the section of a resolved manifest.
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
