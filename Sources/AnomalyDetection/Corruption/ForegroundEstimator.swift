import Imaging

/// Segments objects on a plain background by their colour distance from the image's border.
///
/// The background colour is the border's median, its spread the median absolute deviation. Both are robust while the
/// object covers less than half of the border. The whole image counts as foreground if the border is not plain, or if
/// almost nothing or almost everything differs from it.
public struct ForegroundEstimator: Sendable {
    /// The maximum distance of a background pixel from the background colour, in robust standard deviations.
    private static let deviations: Float = 5
    /// The minimum tolerance, for backgrounds with almost no variation.
    private static let minimumTolerance: Float = 0.06
    /// The maximum spread of a plain border.
    private static let maximumSpread: Float = 0.08
    /// The minimum share of a plain border within the tolerance.
    private static let plainShare: Float = 0.75
    /// The share of the image that an object can cover.
    private static let objectShare: ClosedRange<Float> = 0.02...0.95

    public init() {}

    /// The mask of the object: height x width values, 1 on the object and 0 on the background.
    ///
    /// - Parameter margin: the distance in pixels around the object that belongs to it.
    public func foreground(of image: PlanarImage, margin: Int = 0) -> [UInt8] {
        let everything = [UInt8](repeating: 1, count: image.width * image.height)
        guard let background = Background(of: image), var mask = Self.object(in: image, background) else {
            return everything
        }
        if margin > 0 { mask.dilate(radius: margin) }
        return mask.values
    }

    /// What differs from the background, cleaned; nil if that is almost nothing or almost everything.
    private static func object(in image: PlanarImage, _ background: Background) -> BinaryMask? {
        let side = min(image.width, image.height)
        var mask = BinaryMask(width: image.width, height: image.height, values: background.differing(in: image))
        mask.open(radius: max(1, side / 128))
        mask.close(radius: max(1, side / 64))
        mask.fillHoles()
        mask.removeComponents(smallerThan: 0.05)
        let share = Float(mask.area) / Float(mask.values.count)
        return objectShare.contains(share) ? mask : nil
    }

    /// The mask of the object with the distance of each of its pixels from the background colour: height x width values,
    /// 0 on the background.
    ///
    /// - Returns: nil if the whole image counts as foreground.
    func contrast(of image: PlanarImage) -> [Float]? {
        guard let background = Background(of: image), let mask = Self.object(in: image, background) else { return nil }
        return mask.values.indices.map { mask.values[$0] == 0 ? 0 : background.distance(image, $0) }
    }

    private struct Background {
        var colour = SIMD3<Float>.zero
        var tolerance = SIMD3<Float>.zero

        /// - Returns: nil if the border is not plain.
        init?(of image: PlanarImage) {
            let ring = Self.ring(of: image), plane = image.width * image.height
            for channel in 0..<3 {
                let values = ring.map { image.values[channel * plane + $0] }.sorted()
                let median = values[values.count / 2]
                let deviations = values.map { abs($0 - median) }.sorted()
                // For a normal distribution the standard deviation is 1.4826 median absolute deviations.
                let spread = 1.4826 * deviations[deviations.count / 2]
                guard spread <= maximumSpread else { return nil }
                colour[channel] = median
                tolerance[channel] = max(minimumTolerance, ForegroundEstimator.deviations * spread)
            }
            let plain = ring.count { !differs(image, $0) }
            guard Float(plain) >= plainShare * Float(ring.count) else { return nil }
        }

        func differing(in image: PlanarImage) -> [UInt8] {
            (0..<(image.width * image.height)).map { differs(image, $0) ? 1 : 0 }
        }

        /// The largest difference of a channel from the background colour.
        func distance(_ image: PlanarImage, _ index: Int) -> Float {
            let difference = image.colour(at: index) - colour
            return max(difference.max(), -difference.min())
        }

        private func differs(_ image: PlanarImage, _ index: Int) -> Bool {
            let distance = image.colour(at: index) - colour
            return any(distance .> tolerance) || any(distance .< -tolerance)
        }

        /// The pixels of a frame whose width is 1/64 of the shorter side.
        private static func ring(of image: PlanarImage) -> [Int] {
            let thickness = max(1, min(image.width, image.height) / 64)
            return (0..<image.height).flatMap { y in
                let isInside = y >= thickness && y < image.height - thickness
                let columns =
                    isInside
                    ? Array(0..<thickness) + Array((image.width - thickness)..<image.width) : Array(0..<image.width)
                return columns.map { y * image.width + $0 }
            }
        }
    }
}

/// A mask of 0 and 1 with the morphological operations (Serra 1982) that clean a segmentation. Structuring elements are
/// squares; pixels outside the image are ignored.
struct BinaryMask {
    let width: Int
    let height: Int
    /// height x width values, rows first.
    var values: [UInt8]

    var area: Int { values.reduce(0) { $0 + Int($1) } }

    /// Removes structures narrower than 2 x radius + 1 pixels.
    mutating func open(radius: Int) {
        spread(0, radius: radius)
        spread(1, radius: radius)
    }

    /// Closes gaps narrower than 2 x radius + 1 pixels.
    mutating func close(radius: Int) {
        spread(1, radius: radius)
        spread(0, radius: radius)
    }

    /// Sets the pixels within a distance of the mask.
    mutating func dilate(radius: Int) { spread(1, radius: radius) }

    /// Sets every zero that is not connected to the edge through zeros.
    mutating func fillHoles() {
        for component in components(of: 0) {
            let reachesEdge = component.contains { index in
                let x = index % width, y = index / width
                return x == 0 || y == 0 || x == width - 1 || y == height - 1
            }
            if !reachesEdge { for index in component { values[index] = 1 } }
        }
    }

    /// Clears components smaller than a share of the largest one.
    mutating func removeComponents(smallerThan share: Float) {
        let found = components(of: 1)
        let largest = found.map(\.count).max() ?? 0
        for component in found where Float(component.count) < share * Float(largest) {
            for index in component { values[index] = 0 }
        }
    }

    /// The 4-connected components of the pixels with a value.
    private func components(of value: UInt8) -> [[Int]] {
        var isSeen = values.map { $0 != value }
        var components: [[Int]] = []
        for start in values.indices where !isSeen[start] {
            isSeen[start] = true
            var component = [start]
            var next = 0
            while next < component.count {
                let index = component[next], x = index % width
                next += 1
                func visit(_ neighbour: Int) {
                    guard !isSeen[neighbour] else { return }
                    isSeen[neighbour] = true
                    component.append(neighbour)
                }
                if x > 0 { visit(index - 1) }
                if x < width - 1 { visit(index + 1) }
                if index >= width { visit(index - width) }
                if index + width < values.count { visit(index + width) }
            }
            components.append(component)
        }
        return components
    }

    /// Dilates the pixels with a value by a square, first along rows, then along columns.
    private mutating func spread(_ value: UInt8, radius: Int) {
        spread(value, radius: radius, lines: height, lineStep: width, count: width, step: 1)
        spread(value, radius: radius, lines: width, lineStep: 1, count: height, step: width)
    }

    private mutating func spread(_ value: UInt8, radius: Int, lines: Int, lineStep: Int, count: Int, step: Int) {
        var old = [UInt8](repeating: 0, count: count)
        for line in 0..<lines {
            let start = line * lineStep
            for position in 0..<count { old[position] = values[start + position * step] }
            func pass(_ positions: some Sequence<Int>) {
                var reach = 0
                for position in positions {
                    if old[position] == value {
                        reach = radius
                    } else if reach > 0 {
                        reach -= 1
                        values[start + position * step] = value
                    }
                }
            }
            pass(0..<count)
            pass((0..<count).reversed())
        }
    }
}
