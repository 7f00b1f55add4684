import Imaging

/// A small description of an image: at each place of a grid, colour, fine and coarse edges, and contrast.
struct PlaceDescriptor: Sendable {
    static let side = 32
    static let features = 8
    /// The smallest image that has a descriptor, in pixels on a side.
    private static let leastSide = 2 * side

    /// `side * side * features` values in row order.
    let values: [Float]

    /// - Parameter image: an RGB image.
    /// - Returns: nil for a smaller image.
    init?(_ image: PlanarImage) {
        guard min(image.width, image.height) >= Self.leastSide else { return nil }
        let luma = image.convertedToGrey()
        let coarse = luma.resized(width: 4 * Self.side, height: 4 * Self.side)
        let square = PlanarImage(
            width: luma.width, height: luma.height, channels: 1, values: luma.values.map { $0 * $0 })
        func pooled(_ image: PlanarImage) -> [Float] { image.resized(width: Self.side, height: Self.side).values }
        let colours = pooled(image), mean = pooled(luma), power = pooled(square)
        let fine = Self.edges(luma).map(pooled), broad = Self.edges(coarse).map(pooled)
        let plane = Self.side * Self.side
        var values: [Float] = []
        values.reserveCapacity(plane * Self.features)
        for place in 0..<plane {
            for channel in 0..<3 { values.append(colours[channel * plane + place]) }
            for edges in fine + broad { values.append(edges[place]) }
            values.append(max(power[place] - mean[place] * mean[place], 0).squareRoot())
        }
        self.values = values
    }

    /// The absolute differences to the next column and to the next row.
    private static func edges(_ image: PlanarImage) -> [PlanarImage] {
        let (width, height) = (image.width, image.height)
        var (across, down) = (image.values, image.values)
        for y in 0..<height {
            for x in 0..<width {
                let place = y * width + x, value = image.values[place]
                across[place] = x + 1 < width ? abs(image.values[place + 1] - value) : 0
                down[place] = y + 1 < height ? abs(image.values[place + width] - value) : 0
            }
        }
        return [across, down].map { PlanarImage(width: width, height: height, channels: 1, values: $0) }
    }
}

/// A detector that needs no training: how far each place of an image is from the most similar places of other images.
///
/// The distance of a place is the mean of its distances from the three nearest of up to 64 other images, each at the
/// best of nine neighbouring places. An image's oddness is the mean of the largest hundredth of the distances, smoothed
/// over 3 x 3 places. It is a position-bound variant of the nearest neighbours of PatchCore (Roth et al. 2022) on fixed
/// features.
struct PlaceNeighbours: Sendable {
    private static let references = 64, neighbours = 3

    private let descriptors: [[Float]]
    private let chosen: [Int]

    init(_ descriptors: [PlaceDescriptor]) {
        let features = PlaceDescriptor.features
        var sums = [Double](repeating: 0, count: features), squares = sums
        for descriptor in descriptors {
            for (index, value) in descriptor.values.enumerated() {
                sums[index % features] += Double(value)
                squares[index % features] += Double(value) * Double(value)
            }
        }
        let count = Double(descriptors.count * PlaceDescriptor.side * PlaceDescriptor.side)
        let scales = (0..<features).map { feature -> Float in
            let mean = sums[feature] / count
            let deviation = max(squares[feature] / count - mean * mean, 0).squareRoot()
            return Float(1 / max(deviation, 1e-4))
        }
        self.descriptors = descriptors.map { descriptor in
            descriptor.values.enumerated().map { $1 * scales[$0 % features] }
        }
        chosen = Array(descriptors.indices).evenSample(Self.references + 1)
    }

    /// - Parameter twins: images that are left out, such as exact copies.
    func oddness(of index: Int, without twins: Set<Int>) -> Float {
        let side = PlaceDescriptor.side
        var nearest = [[Float]](repeating: [Float](repeating: .infinity, count: side * side), count: Self.neighbours)
        for reference in chosen where reference != index && !twins.contains(reference) {
            let distances = Self.distances(descriptors[index], descriptors[reference])
            for place in 0..<side * side {
                var distance = distances[place]
                for rank in 0..<Self.neighbours where distance < nearest[rank][place] {
                    swap(&distance, &nearest[rank][place])
                }
            }
        }
        let known = nearest.filter { $0[0] < .infinity }
        guard !known.isEmpty else { return 0 }
        let mean = (0..<side * side).map { place in known.reduce(0) { $0 + $1[place] } / Float(known.count) }
        let largest = Self.smoothed(mean).sorted().suffix(max(1, side * side / 100))
        return largest.reduce(0, +) / Float(largest.count)
    }

    /// The smallest squared distance of each place from the nine places around it in another image.
    private static func distances(_ image: [Float], _ other: [Float]) -> [Float] {
        let side = PlaceDescriptor.side, features = PlaceDescriptor.features
        var best = [Float](repeating: .infinity, count: side * side)
        for y in 0..<side {
            for x in 0..<side {
                let place = (y * side + x) * features
                var least = Float.infinity
                for row in max(0, y - 1)...min(side - 1, y + 1) {
                    for column in max(0, x - 1)...min(side - 1, x + 1) {
                        let neighbour = (row * side + column) * features
                        var sum: Float = 0
                        for feature in 0..<features {
                            let difference = image[place + feature] - other[neighbour + feature]
                            sum += difference * difference
                        }
                        least = min(least, sum)
                    }
                }
                best[y * side + x] = least
            }
        }
        return best
    }

    private static func smoothed(_ map: [Float]) -> [Float] {
        let side = PlaceDescriptor.side
        return (0..<side * side).map { place in
            let (y, x) = (place / side, place % side)
            var sum: Float = 0
            for row in y - 1...y + 1 {
                for column in x - 1...x + 1 {
                    sum += map[min(max(row, 0), side - 1) * side + min(max(column, 0), side - 1)]
                }
            }
            return sum / 9
        }
    }
}
