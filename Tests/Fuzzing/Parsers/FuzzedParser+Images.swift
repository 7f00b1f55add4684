import AnomalyDetection
import Foundation
import Imaging

extension FuzzedParser {
    static let images = ImageFormat.allCases.map(image) + [mask, floatMap, floatImage]

    /// Small, so that what is slow or takes memory does so for a reason other than the number of pixels.
    private static let limits = DecodeLimits(maximumPixels: 1 << 16, maximumFileBytes: 1 << 20)

    private static func image(_ format: ImageFormat) -> FuzzedParser {
        FuzzedParser(
            name: format.rawValue, maximumBytes: 8192,
            words: ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf", "gAMA", "Exif\u{0}\u{0}", "II*\u{0}", "MM\u{0}*"],
            checksLeaks: true,
            seeds: { try fixtures { ImageFormat(extensionOf: $0) == format } }
        ) { _ in
            { bytes in
                let bytes = format == .png ? PNGChecksums.repaired(bytes) : bytes
                _ = ColourProfile(of: bytes)?.name
                let decoded = try ImageDecoder.decode(bytes: bytes, name: "input", limits: limits)
                let info = try ImageDecoder.probe(bytes: bytes, name: "input", limits: limits)
                guard info.width == decoded.image.width, info.height == decoded.image.height,
                    info.orientation == decoded.info.orientation
                else { fatalError("a probe says \(info), decoding says \(decoded.info)") }
            }
        }
    }

    /// As the program reads images, within the limits that it has: for files that ask for much.
    static let anyImage = FuzzedParser(name: "any-image", seeds: { try fixtures { _ in true } }) { _ in
        { bytes in _ = try ImageDecoder.decode(bytes: bytes, name: "input") }
    }

    private static let mask = FuzzedParser(
        name: "mask", maximumBytes: 8192, checksLeaks: true,
        seeds: { try fixtures { !$0.hasPrefix("orientation") && !$0.hasPrefix("unsupported") } }
    ) { _ in
        { bytes in
            let bytes = PNGChecksums.repaired(bytes)
            let mask = try Mask.decode(bytes: bytes, name: "input", limits: limits)
            let image = try ImageDecoder.decode(bytes: bytes, name: "input", limits: limits).image
            guard (mask.width, mask.height) == (image.width, image.height) else {
                fatalError("a mask of \(mask.width) x \(mask.height) for an image of \(image.width) x \(image.height)")
            }
            guard try Mask.decode(bytes: mask.pngBytes(), name: "mask", limits: limits) == mask else {
                fatalError("a mask changes when it is written and read")
            }
            _ = mask.resized(width: 7, height: 5)
        }
    }

    private static let floatMap = FuzzedParser(
        name: "float-map", maximumBytes: 8192, checksLeaks: true,
        seeds: {
            let map = FloatMap(width: 9, height: 7, values: (0..<63).map { Float($0) / 7 })
            return try fixtures { $0.contains("float") } + [map.tiffBytes()]
        }
    ) { _ in
        { bytes in
            let map = try FloatMap.decode(bytes: bytes, name: "input", limits: limits)
            let again = try FloatMap.decode(bytes: map.tiffBytes(), name: "map", limits: limits)
            guard again.values.elementsEqual(map.values, by: { $0.bitPattern == $1.bitPattern }) else {
                fatalError("a map changes when it is written and read")
            }
            _ = map.resized(width: 7, height: 5)
        }
    }

    /// Floating-point files as images and as maps that pictures are drawn of: any number may stand in them.
    private static let floatImage = FuzzedParser(
        name: "float-image", maximumBytes: 8192, checksLeaks: true,
        seeds: {
            var values = (0..<63).map { Float($0) / 63 }
            (values[9], values[20], values[33], values[62]) = (.nan, .infinity, -.infinity, 1e30)
            return try fixtures { $0.contains("float") } + [FloatMap(width: 9, height: 7, values: values).tiffBytes()]
        }
    ) { _ in
        { bytes in
            let decoded = try ImageDecoder.decode(bytes: bytes, name: "input", limits: limits)
            let image = decoded.image.resized(width: 16, height: 8).convertedToRGB()
            let packed = PackedImage(image, original: PackedImage.Original(decoded.info))
            guard try PackedImage(bytes: packed.bytes, name: "packed") == packed else {
                fatalError("an image changes when it is packed and read")
            }
            _ = try PNGEncoder.encode(image)
            _ = try JPEGEncoder.encode(image, quality: 80)
            let map = FloatMap(width: 16, height: 8, values: Array(image.values[..<128]))
            _ = Overlay.render(image: image, map: map, range: 0...1, mask: nil)
        }
    }

    /// Those that the tests of decoding use, whatever kinds of image there are.
    static func fixtures(_ isWanted: (String) -> Bool) throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).appending(path: "../../../ImagingTests/Fixtures").standardizedFileURL
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { ImageFormat(extensionOf: $0) != nil && isWanted($0) }.sorted()
            .map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
    }
}
