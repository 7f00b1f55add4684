import Imaging

/// A rectangle of pixels: columns x ..< x + width, rows y ..< y + height.
struct PixelBox: Equatable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    static let empty = PixelBox(x: 0, y: 0, width: 0, height: 0)

    var isEmpty: Bool { width <= 0 || height <= 0 }
    var area: Int { isEmpty ? 0 : width * height }
    var rows: Range<Int> { y..<(y + height) }
    var columns: Range<Int> { x..<(x + width) }

    static func whole(_ image: PlanarImage) -> PixelBox {
        PixelBox(x: 0, y: 0, width: image.width, height: image.height)
    }

    /// The pixels of an image within a distance of a centre along each axis. Pixel centres have integer coordinates.
    static func around(_ centre: SIMD2<Float>, reach: SIMD2<Float>, in image: PlanarImage) -> PixelBox {
        let left = max(0, Int((centre.x - reach.x).rounded(.down)))
        let top = max(0, Int((centre.y - reach.y).rounded(.down)))
        let right = min(image.width, Int((centre.x + reach.x).rounded(.up)) + 1)
        let bottom = min(image.height, Int((centre.y + reach.y).rounded(.up)) + 1)
        guard right > left && bottom > top else { return .empty }
        return PixelBox(x: left, y: top, width: right - left, height: bottom - top)
    }

    func expanded(by margin: Int, in image: PlanarImage) -> PixelBox {
        let left = max(0, x - margin), top = max(0, y - margin)
        return PixelBox(
            x: left, y: top, width: min(image.width, x + width + margin) - left,
            height: min(image.height, y + height + margin) - top)
    }

    /// The same pixels with coordinates relative to another box's corner.
    func relative(to other: PixelBox) -> PixelBox {
        PixelBox(x: x - other.x, y: y - other.y, width: width, height: height)
    }

    func union(_ other: PixelBox) -> PixelBox {
        if isEmpty { return other }
        if other.isEmpty { return self }
        let left = min(x, other.x), top = min(y, other.y)
        return PixelBox(
            x: left, y: top, width: max(x + width, other.x + other.width) - left,
            height: max(y + height, other.y + other.height) - top)
    }
}
