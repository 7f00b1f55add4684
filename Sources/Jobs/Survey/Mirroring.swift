import AnomalyDetection
import Imaging

/// Finds the axes along which mirror images of a data set are no normal images: those of a label, of a part in a
/// fixture, or of a twill.
struct Mirroring: Equatable {
    /// True if images that are mirrored left to right, or top to bottom, are not normal.
    var forbidsHorizontal = false, forbidsVertical = false

    private static let side = 64, blocks = 8
    /// Images show the same things at the same places from this mean correlation on. Toothbrushes in a fixture have
    /// 0.95, cookies on a tray 0.22, tiles 0.13, and fabrics, castings, and screws in any direction 0.0 to 0.1.
    private static let leastCorrelation: Float = 0.3
    /// Mirror images differ if, at the shifts that fit best, the mean correlation of two images is higher by this than
    /// that of one and the mirrored other. Printed boards that lie loosely reach 0.4 to 0.8, twill 0.8, and tiles,
    /// fabrics, leather, wood and castings up to 0.06.
    private static let leastExcess: Float = 0.1
    /// The side of the copies that are shifted, and their largest shift, a quarter of it to each side.
    private static let shiftedSide = 32, largestShift = 8

    /// - Parameter thumbnails: one for each image; see `thumbnail`.
    init(_ thumbnails: [PlanarImage]) {
        let pairs = thumbnails.indices.flatMap { first in (0..<first).map { (first, $0) } }
        guard !pairs.isEmpty else { return }
        func mean(_ value: ((Int, Int)) -> Float) -> Float { pairs.reduce(0) { $0 + value($1) } / Float(pairs.count) }
        if mean({ Self.product(thumbnails[$0.0].values, thumbnails[$0.1].values) }) > Self.leastCorrelation {
            (forbidsHorizontal, forbidsVertical) = (true, true)
            return
        }
        let small = thumbnails.map { Self.unit($0.resized(width: Self.shiftedSide, height: Self.shiftedSide)) }
        let usual = mean { Self.shifted(small[$0.0], small[$0.1]) }
        func forbids(horizontally: Bool) -> Bool {
            let mirrored = small.map { $0.flipped(horizontally: horizontally, vertically: !horizontally) }
            return usual - mean { Self.shifted(small[$0.0], mirrored[$0.1]) } > Self.leastExcess
        }
        (forbidsHorizontal, forbidsVertical) = (forbids(horizontally: true), forbids(horizontally: false))
    }

    /// A small copy of an RGB image without coarse structure, such as a fall-off of light, as a vector of length 1, or
    /// 0 for an image of one colour.
    static func thumbnail(_ image: PlanarImage) -> PlanarImage {
        let small = image.resized(width: side, height: side)
        let coarse = small.resized(width: blocks, height: blocks).resized(width: side, height: side)
        var fine = small
        for place in fine.values.indices { fine.values[place] -= coarse.values[place] }
        return unit(fine)
    }

    private static func unit(_ image: PlanarImage) -> PlanarImage {
        var image = image
        let length = product(image.values, image.values).squareRoot()
        for place in image.values.indices { image.values[place] *= length > 1e-4 ? 1 / length : 0 }
        return image
    }

    private static func product(_ first: [Float], _ second: [Float]) -> Float {
        zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The highest product of an image and another one that is moved around its borders.
    private static func shifted(_ first: PlanarImage, _ second: PlanarImage) -> Float {
        let side = shiftedSide
        var highest = -Float.infinity
        for down in -largestShift...largestShift {
            for right in -largestShift...largestShift {
                var sum: Float = 0
                for row in 0..<(first.channels * side) {
                    let (channel, y) = (row / side, row % side)
                    let start = (channel * side + (y + down + side) % side) * side
                    for x in 0..<side {
                        sum += first.values[row * side + x] * second.values[start + (x + right + side) % side]
                    }
                }
                highest = max(highest, sum)
            }
        }
        return highest
    }
}
