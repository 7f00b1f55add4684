import ContentStore
import Evaluation
import Folders
import Imaging
import Manifests

/// The name of a file that is derived from an image: the image's name with another extension.
package enum ResultName {
    /// The maximum length of a file name on Linux file systems.
    private static let limitBytes = 255

    /// Returns the relative path of a result, such as `test/scratch/003.tiff`.
    ///
    /// A name over the limit is truncated at a character boundary and ends in "~" and the first 16 digits of the
    /// SHA-256 of the image's name without its extension: images with different names keep different results.
    ///
    /// - Parameters:
    ///   - file: the image's name within its category.
    ///   - suffix: the new extension, without a dot.
    package static func of(_ file: String, suffix: String) -> String {
        let stem = SourceImage.stem(of: file), ending = "." + suffix
        // Escaping only lengthens a name, so a short text means a short name.
        if stem.utf8.count + ending.utf8.count <= limitBytes { return SourceImage.folder(of: file) + stem + ending }
        let bytes = PathText.bytes(of: stem)
        guard bytes.count + ending.utf8.count > limitBytes else { return SourceImage.folder(of: file) + stem + ending }
        let mark = "~" + Digest.of(bytes).hex.prefix(16)
        var end = limitBytes - ending.utf8.count - mark.utf8.count
        let earliest = end - 3
        // Step back over UTF-8 continuation bytes.
        while end > earliest, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return SourceImage.folder(of: file) + PathText.text(of: bytes[..<end]) + mark + ending
    }
}
