/// The 8-connected regions of a mask, numbered in the order of a row-by-row scan.
public struct ConnectedRegions: Sendable {
    /// height x width: 0 for background, otherwise 1 + the index of the region.
    public let labels: [UInt32]
    /// The number of pixels in each region.
    public let sizes: [Int]

    public init(mask: [UInt8], width: Int, height: Int) {
        var labels = [UInt32](repeating: 0, count: mask.count)
        var sizes: [Int] = []
        var stack: [Int] = []
        for start in mask.indices where mask[start] != 0 && labels[start] == 0 {
            let label = UInt32(sizes.count + 1)
            var size = 0
            labels[start] = label
            stack.append(start)
            while let pixel = stack.popLast() {
                size += 1
                let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
                for y in max(row - 1, 0)...min(row + 1, height - 1) {
                    for x in max(column - 1, 0)...min(column + 1, width - 1) {
                        let neighbour = y * width + x
                        if mask[neighbour] != 0 && labels[neighbour] == 0 {
                            labels[neighbour] = label
                            stack.append(neighbour)
                        }
                    }
                }
            }
            sizes.append(size)
        }
        self.labels = labels
        self.sizes = sizes
    }
}

/// The area under a per-region overlap curve up to several limits of the false-positive rate, by the trapezoidal rule,
/// with linear interpolation if a limit falls between two points.
///
/// If several points lie exactly on a limit, the first of them ends the area, as in MVTec's evaluation: it cuts the
/// curve at `x <= limit` and interpolates only if no point lies on the limit, so a rise at the limit adds nothing.
/// Interpolation that uses the last such point, as numpy's does, would include pixels beyond the limit, an error of
/// about 0.001 in sets of a few hundred pixels.
struct OverlapArea {
    private let limits: [Double]
    private var area = 0.0
    private var x = 0.0
    private var y = 0.0
    /// The area divided by the limit, for each limit that the curve has reached.
    private(set) var normalized: [Double: Double] = [:]
    private var reached = 0

    init(limits: [Double]) {
        self.limits = limits.sorted()
    }

    /// Adds the next point of the curve. Neither coordinate decreases.
    mutating func add(x nextX: Double, y nextY: Double) {
        while reached < limits.count, nextX >= limits[reached] {
            let limit = limits[reached]
            let atLimit = nextX > x ? y + (nextY - y) * (limit - x) / (nextX - x) : nextY
            normalized[limit] = min((area + (limit - x) * (y + atLimit) / 2) / limit, 1)
            reached += 1
        }
        area += (nextX - x) * (y + nextY) / 2
        x = nextX
        y = nextY
    }
}
