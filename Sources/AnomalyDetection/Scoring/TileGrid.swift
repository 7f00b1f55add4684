import Imaging

/// Divides images that are larger than a network's input into overlapping tiles, and puts the network's answers together
/// without a seam.
public struct TileGrid: Codable, Sendable, Equatable {
    /// Of the image, in pixels.
    public let width, height: Int
    /// Of a tile, in pixels; at most the image's.
    public let tileWidth, tileHeight: Int
    /// Pixels that neighbouring tiles share at least; less than half of a tile.
    public let overlap: Int

    public init(width: Int, height: Int, tileWidth: Int, tileHeight: Int, overlap: Int) {
        guard TileGrid.isUsable(width, height, tileWidth, tileHeight, overlap) else {
            fatalError("tiles of \(tileWidth) x \(tileHeight) with overlap \(overlap) in \(width) x \(height)")
        }
        (self.width, self.height) = (width, height)
        (self.tileWidth, self.tileHeight, self.overlap) = (tileWidth, tileHeight, overlap)
    }

    static func isUsable(_ width: Int, _ height: Int, _ tileWidth: Int, _ tileHeight: Int, _ overlap: Int) -> Bool {
        tileWidth > 0 && tileHeight > 0 && tileWidth <= width && tileHeight <= height && overlap >= 0
            && 2 * overlap < min(tileWidth, tileHeight)
    }

    /// One tile that is the whole image.
    public init(width: Int, height: Int) {
        self.init(width: width, height: height, tileWidth: width, tileHeight: height, overlap: 0)
    }

    public var isSingle: Bool { tileWidth == width && tileHeight == height }

    /// Where tiles start along an axis: as few as cover it, evenly spread.
    static func starts(length: Int, tile: Int, overlap: Int) -> [Int] {
        guard tile < length else { return [0] }
        let count = (length - overlap + tile - overlap - 1) / (tile - overlap)
        return (0..<count).map { ($0 * (length - tile) + (count - 1) / 2) / (count - 1) }
    }

    private var columns: [Int] { TileGrid.starts(length: width, tile: tileWidth, overlap: overlap) }
    private var rows: [Int] { TileGrid.starts(length: height, tile: tileHeight, overlap: overlap) }

    /// The tiles of an image, row by row.
    public func tiles(of image: PlanarImage) -> [PlanarImage] {
        guard image.width == width, image.height == height else {
            fatalError("an image of \(image.width) x \(image.height) for tiles of \(width) x \(height)")
        }
        if isSingle { return [image] }
        return rows.flatMap { y in
            columns.map { x in image.region(PixelBox(x: x, y: y, width: tileWidth, height: tileHeight)) }
        }
    }

    /// How many tiles an image has.
    public var count: Int { rows.count * columns.count }

    /// Puts tiles back together. Where several cover a pixel each counts with a weight that falls off linearly over the overlap,
    /// so that a tile's answer has no influence at its own border unless that is the image's.
    public func joined(_ tiles: [PlanarImage]) -> PlanarImage {
        guard tiles.count == count, let channels = tiles.first?.channels else {
            fatalError("\(tiles.count) tiles of \(count)")
        }
        if isSingle { return tiles[0] }
        var sum = PlanarImage(width: width, height: height, channels: channels, repeating: 0)
        var total = [Float](repeating: 0, count: width * height)
        let places = rows.flatMap { y in columns.map { (x: $0, y: y) } }
        for (tile, place) in zip(tiles, places) {
            let across = ramp(tileWidth, isFirst: place.x == 0, isLast: place.x + tileWidth == width)
            let down = ramp(tileHeight, isFirst: place.y == 0, isLast: place.y + tileHeight == height)
            for y in 0..<tileHeight {
                let target = (place.y + y) * width + place.x
                for x in 0..<tileWidth { total[target + x] += across[x] * down[y] }
                for channel in 0..<channels {
                    let plane = channel * width * height + target
                    let source = (channel * tileHeight + y) * tileWidth
                    for x in 0..<tileWidth { sum.values[plane + x] += across[x] * down[y] * tile.values[source + x] }
                }
            }
        }
        for channel in 0..<channels {
            for pixel in total.indices { sum.values[channel * width * height + pixel] /= total[pixel] }
        }
        return sum
    }

    private func ramp(_ length: Int, isFirst: Bool, isLast: Bool) -> [Float] {
        (0..<length).map { index in
            let low = isFirst ? 1 : min(1, Float(index + 1) / Float(overlap + 1))
            let high = isLast ? 1 : min(1, Float(length - index) / Float(overlap + 1))
            return low * high
        }
    }
}
