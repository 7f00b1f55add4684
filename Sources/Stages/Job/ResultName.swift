import ContentStore
import Folders

/// The name of a file that is made of an image: the image's, with another extension.
enum ResultName {
    /// The most bytes that Linux file systems allow in a name.
    private static let limitBytes = 255

    /// The place and name of a result, such as `test/scratch/003.tiff`.
    ///
    /// A name that would be too long is cut, at the end of a character, and ends in "~" and the first 16 digits of the SHA-256 of the
    /// image's name without its extension: images with different names keep different results.
    ///
    /// - Parameters:
    ///   - file: the image's name within its category.
    ///   - suffix: the new extension, without a dot.
    static func of(_ file: String, suffix: String) -> String {
        let stem = SourceImage.stem(of: file), ending = "." + suffix
        // A text is never shorter than its bytes.
        if stem.utf8.count + ending.utf8.count <= limitBytes { return SourceImage.folder(of: file) + stem + ending }
        let bytes = PathText.bytes(of: stem)
        guard bytes.count + ending.utf8.count > limitBytes else { return SourceImage.folder(of: file) + stem + ending }
        let mark = "~" + Digest.of(bytes).hex.prefix(16)
        var end = limitBytes - ending.utf8.count - mark.utf8.count
        let earliest = end - 3
        // A byte that goes on with a character of UTF-8.
        while end > earliest, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return SourceImage.folder(of: file) + PathText.text(of: bytes[..<end]) + mark + ending
    }
}
