/// The part of an anomaly map around its highest value, where the score of an image comes from.
public struct PeakRegion: Sendable, Equatable {
    /// The highest pixel, counted from the top left corner; of equal ones, the first in rows from the top.
    public let x, y: Int
    /// The size of the region's bounding box in pixels, at least 1.
    public let width, height: Int
    /// The number of pixels of the region, at least 1.
    public let area: Int

    /// Takes the pixels that are at least halfway from the map's lowest to its highest value, and that are connected with
    /// the highest pixel by edges or corners.
    ///
    /// - Returns: nil if the map has no two different finite values.
    public init?(of map: FloatMap) {
        var lowest = Float.infinity, highest = -Float.infinity, peak = 0
        for (index, value) in map.values.enumerated() where value.isFinite {
            if value < lowest { lowest = value }
            if value > highest { (highest, peak) = (value, index) }
        }
        guard lowest < highest else { return nil }
        let limit = lowest / 2 + highest / 2
        var isFound = [Bool](repeating: false, count: map.values.count)
        var pending = [peak], area = 0
        isFound[peak] = true
        var (left, top) = (peak % map.width, peak / map.width)
        var (right, bottom) = (left, top)
        while let index = pending.popLast() {
            let (y, x) = index.quotientAndRemainder(dividingBy: map.width)
            area += 1
            (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
            for row in max(0, y - 1)...min(map.height - 1, y + 1) {
                for column in max(0, x - 1)...min(map.width - 1, x + 1) {
                    let neighbour = row * map.width + column
                    // Infinite values have no place in the range of the finite ones.
                    guard !isFound[neighbour], map.values[neighbour].isFinite, map.values[neighbour] >= limit else {
                        continue
                    }
                    isFound[neighbour] = true
                    pending.append(neighbour)
                }
            }
        }
        (x, y) = (peak % map.width, peak / map.width)
        (width, height, self.area) = (right - left + 1, bottom - top + 1, area)
    }
}

extension PeakRegion: CustomStringConvertible {
    public var description: String { "\(width) x \(height) pixels around x \(x), y \(y)" }
}
