/// The part of an anomaly map around its highest value, where the score of an image comes from.
public struct PeakRegion: Sendable, Equatable {
    /// The highest pixel, counted from the top left corner; of equal ones, the first in rows from the top.
    public let x, y: Int
    /// The size of the region's bounding box in pixels, at least 1.
    public let width, height: Int
    /// The number of pixels of the region, at least 1.
    public let area: Int

    /// Takes the pixels that are at least halfway from the map's lowest to its highest value, and that are connected
    /// with the highest pixel by edges or corners.
    ///
    /// - Returns: nil if the map has no two different finite values.
    public init?(of map: FloatMap) {
        var lowest = Float.infinity, highest = -Float.infinity
        for value in map.values where value.isFinite { (lowest, highest) = (min(lowest, value), max(highest, value)) }
        guard lowest < highest,
            let region = MapRegion.regions(of: map, atOrAbove: lowest / 2 + highest / 2).first
        else { return nil }
        (x, y, width, height, area) = (region.peakX, region.peakY, region.width, region.height, region.area)
    }
}

extension PeakRegion: CustomStringConvertible {
    public var description: String { "\(width) x \(height) pixels around x \(x), y \(y)" }
}
