import BinaryCoding
import Imaging

/// An ingested image as it is stored: RGB at the network's size, 16 bits per value, so that nothing of a 16-bit camera or of
/// an area average is lost, with what its file said.
public struct PackedImage: Sendable, Equatable {
    /// Version 2 added the digest at the end. Version 1 was the first.
    public static let format = FileFormat(magic: "NOMIMAGE", version: 2)

    /// The file that the image came from: its upright size, format and kind of samples.
    public struct Original: Sendable, Equatable {
        public var width, height, bitDepth: Int
        public var format: ImageFormat
        public var colour: ImageColour

        public init(width: Int, height: Int, bitDepth: Int, format: ImageFormat, colour: ImageColour) {
            (self.width, self.height, self.bitDepth) = (width, height, bitDepth)
            (self.format, self.colour) = (format, colour)
        }

        public init(_ info: ImageInfo) {
            self.init(
                width: info.width, height: info.height, bitDepth: info.bitDepth, format: info.format,
                colour: info.colour)
        }

        fileprivate init(_ reader: inout ByteReader, name: String) throws(FormatError) {
            width = try reader.readInt("the original width", in: 1...Int(Int32.max))
            height = try reader.readInt("the original height", in: 1...Int(Int32.max))
            bitDepth = try reader.readInt("the bit depth", in: 1...64)
            let format = try reader.readText(), colour = try reader.readText()
            guard let format = ImageFormat(rawValue: format), let colour = ImageColour(rawValue: colour) else {
                throw .damaged(name, at: 0, what: "an unknown format \"\(format)\" or colour \"\(colour)\"")
            }
            (self.format, self.colour) = (format, colour)
        }
    }

    public let width, height: Int
    /// Channel-major, three channels, 65535 = 1.
    public let values: [UInt16]
    public let original: Original

    public init(_ image: PlanarImage, original: Original) {
        guard image.channels == 3 else { fatalError("a packed image has three channels, not \(image.channels)") }
        (width, height) = (image.width, image.height)
        values = image.values.map(PackedImage.sample)
        self.original = original
    }

    /// 0...1 in 65535ths; what is below, and NaN, becomes 0, and what is above becomes 1.
    static func sample(_ value: Float) -> UInt16 { value > 0 ? UInt16((min(value, 1) * 65535).rounded()) : 0 }

    public var image: PlanarImage {
        PlanarImage(width: width, height: height, channels: 3, values: values.map { Float($0) * (1 / 65535) })
    }

    public var bytes: [UInt8] {
        var writer = ByteWriter(PackedImage.format)
        for number in [width, height, original.width, original.height, original.bitDepth] { writer.write(number) }
        writer.write(original.format.rawValue)
        writer.write(original.colour.rawValue)
        writer.write(block: values)
        return writer.bytes
    }

    public init(bytes: [UInt8], name: String) throws(FormatError) {
        var reader = try ByteReader(bytes, PackedImage.format, name: name)
        width = try reader.readInt("the width", in: 1...65536)
        height = try reader.readInt("the height", in: 1...65536)
        original = try Original(&reader, name: name)
        values = try reader.readBlock(of: UInt16.self)
        guard values.count == 3 * width * height else {
            throw .damaged(name, at: 0, what: "\(values.count) values for \(width) x \(height) pixels")
        }
        try reader.finish()
    }
}
