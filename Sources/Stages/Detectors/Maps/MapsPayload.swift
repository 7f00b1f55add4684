import BinaryCoding
import ContentStore
import Imaging

/// Maps of known images, as one file.
package struct MapsPayload: Sendable, Equatable {
    /// Version 1: initial.
    package static let format = FileFormat(magic: "NOMMAPSN", version: 1)
    private static let maximumMaps = 1_000_000

    /// The map of an image.
    package struct Entry: Sendable, Equatable {
        /// The digest of the image's pixels, in hexadecimal.
        var image: String
        /// The score that came with the map; nil for one that is made of the map.
        var score: Float?
        /// Rows from top to bottom.
        var values: [Float]

        package init(image: String, score: Float?, values: [Float]) {
            (self.image, self.score, self.values) = (image, score, values)
        }
    }

    let width, height: Int
    /// Ordered by image.
    let entries: [Entry]

    package init(width: Int, height: Int, entries: [Entry]) {
        (self.width, self.height, self.entries) = (width, height, entries.sorted { $0.image < $1.image })
    }

    package var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        writer.write(width)
        writer.write(height)
        writer.write(entries.count)
        for entry in entries {
            writer.write(entry.image)
            writer.write(UInt8(entry.score == nil ? 0 : 1))
            writer.write(entry.score ?? 0)
            writer.write(block: entry.values)
        }
        return writer.bytes
    }

    /// - Throws: `FormatError`.
    package init(bytes: [UInt8], name: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: name)
        width = try reader.readInt("the width", in: 1...4096)
        height = try reader.readInt("the height", in: 1...4096)
        var found: [Entry] = []
        for _ in 0..<(try reader.readInt("the number of maps", in: 0...Self.maximumMaps)) {
            let image = try reader.readText(), flag = try reader.readUInt8(), score = try reader.readFloat()
            let values = try reader.readBlock(of: Float.self)
            guard image.utf8.count == 64, found.last.map({ $0.image < image }) ?? true, flag <= 1,
                flag == 1 || score.bitPattern == 0, score.isFinite
            else { throw .damaged(name, what: "an image or a score that no map has, or maps out of order") }
            guard values.count == width * height, values.allSatisfy(\.isFinite) else {
                throw .damaged(name, what: "a map of another size, or with values that are not finite")
            }
            found.append(Entry(image: image, score: flag == 1 ? score : nil, values: values))
        }
        try reader.finish()
        entries = found
    }

    /// The digest of size and pixels, by which an image is recognised.
    static func identity(of image: PlanarImage) -> String {
        var bytes = Array("\(image.width) x \(image.height) ".utf8)
        unsafe image.values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        return Digest.of(bytes).hex
    }
}
