/// How a file stores its colours.
public enum ImageColour: String, Sendable, Codable {
    case grey, rgb
    /// One number per pixel that points into a table of RGB colours.
    case palette
}
