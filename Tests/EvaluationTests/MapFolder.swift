import Foundation
import Imaging
import PipelineTestSupport

/// Synthetic maps and masks in a temporary folder.
struct MapFolder {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path }

    static func map(_ number: Int, width: Int = 24, height: Int = 16) -> FloatMap {
        FloatMap(
            width: width, height: height,
            values: (0..<width * height).map { Float((7919 * number + 104_729 * $0 + 31 * $0 * $0) % 10_007) / 10_007 })
    }

    /// A rectangle and a pixel that touches it at a corner.
    static func mask(width: Int = 24, height: Int = 16) -> Mask {
        let values = (0..<width * height).map { pixel -> UInt8 in
            let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
            return (3..<9).contains(y) && (4..<12).contains(x) || (y == 9 && x == 12) ? 1 : 0
        }
        return Mask(width: width, height: height, values: values)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: file))
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func write(_ map: FloatMap, to name: String) throws { try write(try map.tiffBytes(), to: name) }

    func write(_ mask: Mask, to name: String) throws { try write(mask.pngBytes(), to: name) }

    /// Writes two normal and two anomalous maps to `maps` and the masks to `truth`.
    func writeSet(maps: String = "maps", truth: String = "truth") throws {
        for number in 0..<2 { try write(Self.map(number), to: "\(maps)/good/00\(number).tiff") }
        for number in 0..<2 {
            var map = Self.map(number + 2)
            for (pixel, label) in Self.mask().values.enumerated() where label > 0 && pixel % 5 > 0 {
                map.values[pixel] += 0.6
            }
            try write(map, to: "\(maps)/scratch/00\(number).tiff")
            try write(Self.mask(), to: "\(truth)/scratch/00\(number)_mask.png")
        }
    }
}
