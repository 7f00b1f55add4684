/// A connected part of an anomaly map at or above a threshold.
///
/// Pixels are connected by edges or corners, as in the regions of AU-PRO. Coordinates count pixels of the map from its
/// upper left corner, which is that of the upright image: column 0 and row 0 are the first.
public struct MapRegion: Codable, Sendable, Equatable {
    /// The box around the region: its first column and row, and its size in pixels.
    public let left, top, width, height: Int
    /// The number of pixels, at least 1.
    public let area: Int
    /// Nil if the size of a pixel is not known.
    public var areaSquareMillimetres: Double?
    /// The mean column and row of the pixels.
    public let centroidX, centroidY: Double
    /// The highest value, and its pixel: of equal ones, the first in rows from the top.
    public let peak: Float
    public let peakX, peakY: Int
    /// The mean value.
    public let mean: Float
    /// The pixels as runs outside and inside in turn, down the columns of the whole map: the `counts` of a COCO
    /// segmentation, in the COCO API's compression.
    public let counts: String

    /// The largest number of regions of a map. A threshold in the noise gives hundreds of specks.
    public static let limit = 256

    /// Finds the regions of a map, by descending peak; of equal peaks, by the peak's place in rows from the top.
    ///
    /// Time: one pass over the map, then O(pixels at or above the threshold).
    ///
    /// - Parameter threshold: finite values at or above it belong to a region.
    /// - Returns: the `limit` regions of the highest peaks.
    public static func regions(of map: FloatMap, atOrAbove threshold: Float) -> [MapRegion] {
        var columns = ColumnRuns(map, threshold)
        guard !columns.runs.isEmpty else { return [] }
        return columns.regions(in: map).sorted {
            $0.peak != $1.peak ? $0.peak > $1.peak : ($0.peakY, $0.peakX) < ($1.peakY, $1.peakX)
        }.prefix(limit).map { $0.region(width: map.width, height: map.height) }
    }
}

/// The vertical runs of pixels at or above a threshold, column by column from the top.
private struct ColumnRuns {
    struct Run {
        let x, top: Int
        var bottom: Int
        /// The index of a run of the same region, at most its own; the region's first run refers to itself.
        var parent: Int
    }

    private(set) var runs: [Run] = []

    init(_ map: FloatMap, _ threshold: Float) {
        // Rows first, in the order of memory; most pixels are below the threshold.
        var found: [Int] = []
        var ends = [Int](repeating: 0, count: map.width + 1)
        for row in 0..<map.height {
            let start = row * map.width
            for x in 0..<map.width {
                let value = map.values[start + x]
                guard value >= threshold, value < .infinity else { continue }
                found.append(start + x)
                ends[x + 1] += 1
            }
        }
        guard !found.isEmpty else { return }
        // A counting sort by column, which keeps the order of the rows.
        for x in 0..<map.width { ends[x + 1] += ends[x] }
        var rows = [Int](repeating: 0, count: found.count)
        for index in found {
            let (row, x) = index.quotientAndRemainder(dividingBy: map.width)
            rows[ends[x]] = row
            ends[x] += 1
        }
        var first = 0, previous = 0..<0
        for x in 0..<map.width {
            let start = runs.count
            for row in rows[first..<ends[x]] {
                if runs.count > start, runs[runs.count - 1].bottom == row - 1 {
                    runs[runs.count - 1].bottom = row
                } else {
                    runs.append(Run(x: x, top: row, bottom: row, parent: runs.count))
                }
            }
            first = ends[x]
            join(previous, start..<runs.count)
            previous = start..<runs.count
        }
    }

    /// Joins the runs of a column with those of the column before that they touch.
    private mutating func join(_ previous: Range<Int>, _ own: Range<Int>) {
        var next = previous.lowerBound
        for run in own {
            while next < previous.upperBound, runs[next].bottom < runs[run].top - 1 { next += 1 }
            var other = next
            while other < previous.upperBound, runs[other].top <= runs[run].bottom + 1 {
                let (a, b) = (root(run), root(other))
                runs[max(a, b)].parent = min(a, b)
                other += 1
            }
        }
    }

    private mutating func root(_ run: Int) -> Int {
        var run = run
        while runs[run].parent != run {
            runs[run].parent = runs[runs[run].parent].parent
            run = runs[run].parent
        }
        return run
    }

    mutating func regions(in map: FloatMap) -> [RegionTally] {
        var places = [Int](repeating: 0, count: runs.count)
        var regions: [RegionTally] = []
        for index in runs.indices {
            let root = root(index), run = runs[index]
            if root == index {
                places[index] = regions.count
                regions.append(RegionTally(x: run.x, y: run.top))
            }
            regions[places[root]].add(run, map)
        }
        return regions
    }
}

private struct RegionTally {
    private var left, top, right, bottom: Int
    private var area = 0, sumX = 0, sumY = 0
    private var sum = 0.0
    private(set) var peak = -Float.infinity, peakX = 0, peakY = 0
    /// The first and last place of each run, in columns of the map.
    private var places: [ClosedRange<Int>] = []

    init(x: Int, y: Int) { (left, top, right, bottom) = (x, y, x, y) }

    mutating func add(_ run: ColumnRuns.Run, _ map: FloatMap) {
        (left, right) = (min(left, run.x), max(right, run.x))
        (top, bottom) = (min(top, run.top), max(bottom, run.bottom))
        for y in run.top...run.bottom {
            let value = map.values[y * map.width + run.x]
            area += 1
            sumX += run.x
            sumY += y
            sum += Double(value)
            if value > peak || value == peak && (y, run.x) < (peakY, peakX) { (peak, peakX, peakY) = (value, run.x, y) }
        }
        let (first, last) = (run.x * map.height + run.top, run.x * map.height + run.bottom)
        // A run that ends a column goes on in the next one.
        if let before = places.last, before.upperBound == first - 1 {
            places[places.count - 1] = before.lowerBound...last
        } else {
            places.append(first...last)
        }
    }

    func region(width: Int, height: Int) -> MapRegion {
        var runs: [Int] = [], end = 0
        for run in places {
            runs += [run.lowerBound - end, run.count]
            end = run.upperBound + 1
        }
        if end < width * height { runs.append(width * height - end) }
        return MapRegion(
            left: left, top: top, width: right - left + 1, height: bottom - top + 1, area: area,
            centroidX: Double(sumX) / Double(area), centroidY: Double(sumY) / Double(area), peak: peak, peakX: peakX,
            peakY: peakY, mean: Float(sum / Double(area)), counts: ImageRegions.compressed(columnRuns: runs))
    }
}
