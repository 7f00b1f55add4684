/// `image`: the size at which images are trained on and scored, in pixels; multiples of 8 from 32 to 2048.
public struct ImageSection: Sendable, Equatable {
    public var width: Int
    public var height: Int
    /// The network's input, where images are larger than it; nil where it is the whole image.
    public var tile: Tile?
    /// The samples that are black and white; nil for the ends of what files can hold.
    public var range: ClosedRange<Double>?

    /// Overlapping parts that an image is trained on and scored in.
    public struct Tile: Sendable, Equatable {
        public var width: Int
        public var height: Int
        /// Pixels that neighbouring tiles share at least.
        public var overlap: Int
    }

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        width = object.whole("width")
        height = object.whole("height")
        if let tile = object["tile"] {
            self.tile = Tile(
                width: tile.whole("width"), height: tile.whole("height"), overlap: tile.whole("overlap"))
        }
        if let bounds = object["range"]?.elements?.compactMap(\.number?.double), bounds.count == 2,
            bounds[0] < bounds[1]
        {
            range = bounds[0]...bounds[1]
        }
    }
}
