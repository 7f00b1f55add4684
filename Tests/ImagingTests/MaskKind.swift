import Testing

@testable import Imaging

/// A mask file of one region, as written by different programs.
struct MaskKind: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Part of the expected remark; "" for none.
    let words: String
    let bytes: @Sendable () throws -> [UInt8]

    init(_ name: String, _ words: String = "", _ bytes: @escaping @Sendable () throws -> [UInt8]) {
        (testDescription, self.words, self.bytes) = (name, words, bytes)
    }

    static let width = 24, height = 20

    /// The region: 1 in a rectangle of 63 pixels.
    static let region = (0..<width * height).map { pixel -> UInt8 in
        let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
        return (4..<11).contains(y) && (5..<14).contains(x) ? 1 : 0
    }

    static func rows(_ bytes: (_ label: UInt8, _ pixel: Int) -> [UInt8]) -> [[UInt8]] {
        (0..<height).map { y in (0..<width).flatMap { bytes(region[y * width + $0], y * width + $0) } }
    }

    static func png(
        _ colour: UInt8, depth: UInt8 = 8, palette: [UInt8] = [], transparency: [UInt8] = [],
        _ bytes: (_ label: UInt8, _ pixel: Int) -> [UInt8]
    ) -> [UInt8] {
        RawPNG.bytes(
            colour: colour, depth: depth, rows: rows(bytes), width: width, palette: palette, transparency: transparency)
    }

    static func jpeg(quality: Int) throws -> [UInt8] {
        try JPEGEncoder.encode(
            PlanarImage(width: width, height: height, channels: 1, values: region.map { Float($0) }), quality: quality)
    }

    static func map(_ values: [Float]) throws -> [UInt8] {
        try FloatMap(width: width, height: height, values: values).tiffBytes()
    }

    static let all: [MaskKind] = [
        MaskKind("255 on 0") { png(0) { label, _ in [label * 255] } },
        MaskKind("1 on 0") { png(0) { label, _ in [label] } },
        MaskKind("1 on 0 of 16 bit") { png(0, depth: 16) { label, _ in [0, label] } },
        MaskKind("three labels") { png(0) { label, pixel in [label * UInt8(1 + pixel % 3)] } },
        MaskKind("labels of numbers in floating point") {
            try map(region.enumerated().map { Float(Int($1) * (1 + $0 % 3)) })
        },
        MaskKind("one channel of a colour") { png(2) { label, _ in [0, 0, label] } },
        MaskKind("negative and positive numbers") { try map(region.map { $0 > 0 ? 1 : -1 }) },
        MaskKind("JPEG of quality 60", "from half of the largest") { try jpeg(quality: 60) },
        MaskKind("JPEG of quality 90", "from half of the largest") { try jpeg(quality: 90) },
        MaskKind(
            "noise on black", "more than two values, so those from half of the largest, 250, on are labelled: 63 of 480"
        ) {
            png(0) { label, pixel in [label > 0 ? 250 : UInt8(pixel % 4)] }
        },
        MaskKind("shades in floating point", "from half of the largest, 1, on") {
            try map(region.enumerated().map { $1 > 0 ? 1 : Float($0 % 4) / 10 })
        },
        MaskKind("grey on lighter grey", "no black background") { png(0) { label, _ in [label > 0 ? 60 : 128] } },
        MaskKind("red on white", "no black background") {
            png(2) { label, _ in [255, 255 - label * 255, 255 - label * 255] }
        },
        MaskKind("a palette, red on black") { png(3, palette: [0, 0, 0, 128, 0, 0]) { label, _ in [label] } },
        MaskKind("a palette of four classes") {
            png(3, palette: [0, 0, 0, 128, 0, 0, 64, 0, 0, 0, 9, 0]) { label, pixel in [label * UInt8(1 + pixel % 3)] }
        },
        MaskKind("a palette, black on black", "number 0 is the background") {
            png(3, palette: [0, 0, 0, 0, 0, 0]) { label, _ in [label] }
        },
        MaskKind("a palette, red on white", "number 0 is the background") {
            png(3, palette: [255, 255, 255, 255, 0, 0]) { label, _ in [label] }
        },
        MaskKind("a palette, black on white", "number 0 is the background") {
            png(3, palette: [255, 255, 255, 0, 0, 0]) { label, _ in [label] }
        },
        MaskKind("a palette whose background is number 1") {
            png(3, palette: [255, 255, 255, 0, 0, 0]) { label, _ in [1 - label] }
        },
        MaskKind("a palette whose background is number 1 and grey", "number 1 is the background") {
            png(3, palette: [255, 0, 0, 90, 90, 90]) { label, _ in [1 - label] }
        },
        MaskKind("a palette of shades", "from half of the largest") {
            png(3, palette: (0..<8).flatMap { [UInt8](repeating: $0 * 36, count: 3) }) { label, pixel in
                [label > 0 ? 7 : UInt8(pixel % 3)]
            }
        },
        MaskKind("a palette, transparent around red") {
            png(3, palette: [255, 255, 255, 255, 0, 0], transparency: [0, 255]) { label, _ in [label] }
        },
        MaskKind("a palette, transparent around black", "its opaque pixels are labelled") {
            png(3, palette: [0, 0, 0, 0, 0, 0], transparency: [0, 255]) { label, _ in [label] }
        },
        MaskKind("a palette of 2 bits", "number 0 is the background") {
            RawPNG.bytes(
                colour: 3, depth: 2,
                rows: (0..<height).map { y in
                    stride(from: 0, to: width, by: 4).map { x in
                        (0..<4).reduce(0) { $0 << 2 | region[y * width + x + $1] }
                    }
                }, width: width, palette: [9, 9, 9, 0, 0, 0, 1, 1, 1])
        },
        MaskKind("black paint on transparency", "one colour only, so its opaque pixels are labelled: 63 of 480") {
            png(6) { label, _ in [0, 0, 0, label * 255] }
        },
        MaskKind("red paint on transparency") { png(6) { label, _ in [label * 255, 0, 0, label * 255] } },
        MaskKind("white with alpha") { png(4) { label, _ in [255, label * 255] } },
        MaskKind("colours that are transparent all over", "read by its colours") {
            png(6) { label, _ in [label * 255, label * 255, 0, 0] }
        },
        MaskKind("black, where white is the transparent colour", "opaque pixels are labelled") {
            png(0, transparency: [0, 255]) { label, _ in [label > 0 ? 0 : 255] }
        },
    ]
}
