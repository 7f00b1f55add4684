/// `image`: the size at which images are trained on and scored, in pixels; multiples of 8 from 32 to 2048.
public struct ImageSection: Sendable, Equatable {
    public var width: Int
    public var height: Int

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        width = object.whole("width")
        height = object.whole("height")
    }
}
