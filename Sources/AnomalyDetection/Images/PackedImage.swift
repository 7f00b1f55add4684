import BinaryCoding
import Imaging
import Tensors

/// An ingested image as it is stored: RGB at the network's size with 16 bits per value, which preserves 16-bit sources
/// and area averages, and the properties of its file.
public struct PackedImage: Sendable, Equatable {
    /// Version 2: digest at the end. Version 1: initial.
    public static let format = FileFormat(magic: "NOMIMAGE", version: 2)

    /// The properties of the source file: upright size, format and kind of samples.
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
                throw .damaged(name, what: "an unknown format \"\(format)\" or colour \"\(colour)\"")
            }
            (self.format, self.colour) = (format, colour)
        }
    }

    public let width, height: Int
    /// Three channels, channel-major; 65535 stands for 1.
    public let values: [UInt16]
    public let original: Original

    public init(_ image: PlanarImage, original: Original) {
        guard image.channels == 3 else { fatalError("a packed image must have 3 channels, not \(image.channels)") }
        (width, height) = (image.width, image.height)
        values = SampleKernels.packed16(image.values)
        self.original = original
    }

    /// One value as `SampleKernels.packed16` converts it.
    static func sample(_ value: Float) -> UInt16 { value > 0 ? UInt16((min(value, 1) * 65535).rounded()) : 0 }

    public var image: PlanarImage {
        PlanarImage(width: width, height: height, channels: 3, values: SampleKernels.unpacked16(values))
    }

    /// The image averaged over squares of some pixels on a side.
    func reduced(by reduction: Int) -> PackedImage {
        reduction == 1
            ? self
            : PackedImage(image.resized(width: width / reduction, height: height / reduction), original: original)
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
            throw .damaged(name, what: "\(values.count) values for \(width) x \(height) pixels")
        }
        try reader.finish()
    }
}

extension PackedImage {
    /// The maximum of a grey image's mean spread, where spread is the difference of a pixel's highest and lowest
    /// channel.
    static let greyMean = 0.01
    /// The maximum spread of a grey image's pixel.
    static let greyPeak = 1.0 / 16

    /// True if the image is grey, whatever the format of its file. The two bounds allow for noise, chroma subsampling
    /// and JPEG quantisation in grey images stored with three channels. A tint of the whole image exceeds the mean
    /// bound, a coloured spot the peak.
    public var isGrey: Bool { isGrey(within: nil) }

    /// True if the pixels in a region are grey.
    ///
    /// - Parameter region: height x width values, nonzero inside; nil for the whole image.
    public func isGrey(within region: [UInt8]?) -> Bool {
        let plane = width * height
        var sum = 0, highest = 0
        for index in 0..<plane {
            if let region, region[index] == 0 { continue }
            let red = values[index], green = values[plane + index], blue = values[2 * plane + index]
            let spread = Int(max(red, green, blue) - min(red, green, blue))
            sum += spread
            highest = max(highest, spread)
        }
        return Double(highest) <= 65535 * PackedImage.greyPeak
            && Double(sum) <= 65535 * PackedImage.greyMean * Double(region.map { $0.count { $0 != 0 } } ?? plane)
    }
}
