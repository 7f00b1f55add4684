/// An encoded image that the page embeds as a `data:` URI.
public struct Picture: Sendable, Equatable {
    /// The encodings that every browser shows.
    public enum MimeType: String, Sendable, Equatable {
        case png = "image/png"
        case jpeg = "image/jpeg"
    }

    public var mimeType: MimeType
    /// The encoded file. Around 6 KB each keeps a page of 200 images below 5 MB.
    public var bytes: [UInt8]
    /// In pixels; reserves the space before the image is decoded.
    public var width: Int
    public var height: Int

    public init(mimeType: MimeType, bytes: [UInt8], width: Int, height: Int) {
        self.mimeType = mimeType
        self.bytes = bytes
        self.width = width
        self.height = height
    }
}
