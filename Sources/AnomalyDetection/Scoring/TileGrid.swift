import Imaging

/// A grid of overlapping tiles for images larger than the network's input. It blends the tiles' outputs without seams.
public struct TileGrid: Codable, Sendable, Equatable {
    /// The image's size in pixels.
    public let width, height: Int
    /// The size of a tile in pixels, at most the image's.
    public let tileWidth, tileHeight: Int
    /// The minimum overlap of neighbouring tiles in pixels, less than half a tile.
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

    /// A single tile that covers the image.
    public init(width: Int, height: Int) {
        self.init(width: width, height: height, tileWidth: width, tileHeight: height, overlap: 0)
    }

    /// The grid of images that are averaged over squares of some pixels.
    ///
    /// - Parameter reduction: the side of a square, of which all lengths are multiples.
    public func reduced(by reduction: Int) -> TileGrid {
        TileGrid(
            width: width / reduction, height: height / reduction, tileWidth: tileWidth / reduction,
            tileHeight: tileHeight / reduction, overlap: overlap / reduction)
    }

    /// True if all lengths are multiples of a reduction.
    func allows(reduction: Int) -> Bool {
        [width, height, tileWidth, tileHeight, overlap].allSatisfy { $0.isMultiple(of: reduction) }
    }

    public var isSingle: Bool { tileWidth == width && tileHeight == height }

    /// The starts of the tiles along an axis: the minimum number of tiles, evenly spaced.
    static func starts(length: Int, tile: Int, overlap: Int) -> [Int] {
        guard tile < length else { return [0] }
        let count = (length - overlap + tile - overlap - 1) / (tile - overlap)
        return (0..<count).map { ($0 * (length - tile) + (count - 1) / 2) / (count - 1) }
    }

    /// The starts of the tiles along the rows and columns of the image.
    package var columns: [Int] { TileGrid.starts(length: width, tile: tileWidth, overlap: overlap) }
    package var rows: [Int] { TileGrid.starts(length: height, tile: tileHeight, overlap: overlap) }

    /// The tiles of an image, row by row.
    public func tiles(of image: PlanarImage) -> [PlanarImage] {
        guard image.width == width, image.height == height else {
            fatalError("image of \(image.width) x \(image.height) for a grid of \(width) x \(height)")
        }
        if isSingle { return [image] }
        return rows.flatMap { y in
            columns.map { x in image.region(PixelBox(x: x, y: y, width: tileWidth, height: tileHeight)) }
        }
    }

    /// The number of tiles.
    public var count: Int { rows.count * columns.count }

    /// The number of images at a time that gives each thread about two tiles, to bound memory.
    package func imagesAtOnce(threads: Int) -> Int { max(1, (2 * threads + count - 1) / count) }

    /// Blends tiles into an image. Weights fall off linearly over the overlap, so a tile has almost no influence at its
    /// own border except along the image's border.
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

    /// The weights of a tile's pixels along an axis.
    package func ramp(_ length: Int, isFirst: Bool, isLast: Bool) -> [Float] {
        (0..<length).map { index in
            let low = isFirst ? 1 : min(1, Float(index + 1) / Float(overlap + 1))
            let high = isLast ? 1 : min(1, Float(length - index) / Float(overlap + 1))
            return low * high
        }
    }
}
