import SeededRandom
import Tensors

/// Chooses points that cover a set: greedy k-centre (Gonzalez, 1985) after a random projection, as in PatchCore
/// (arXiv 2106.08265, section 3.2).
enum Coreset {
    /// The dimensions of the projection.
    private static let projected = 64

    /// The numbers of the chosen points, in the order of choice. The first point is always chosen; among equally far
    /// ones, the lowest number wins. The result does not depend on the number of threads.
    ///
    /// - Parameter values: n x dimensions.
    static func choose(
        _ wanted: Int, from values: [Float], dimensions: Int, seed: UInt64, _ pool: WorkerPool,
        check: () throws -> Void
    ) rethrows -> [Int] {
        let count = values.count / dimensions
        guard count > wanted else { return Array(0..<count) }
        let width = min(projected, dimensions)
        let points = projection(of: values, dimensions: dimensions, to: width, seed: seed)
        let pieces = (count + piece - 1) / piece
        var distances = [Float](repeating: .infinity, count: count)
        var farthest = [(distance: Float, point: Int)](repeating: (0, 0), count: pieces)
        var chosen = [0]
        while chosen.count < wanted {
            if chosen.count % 256 == 0 { try check() }
            let centre = chosen[chosen.count - 1]
            unsafe points.withUnsafeBufferPointer { points in
                unsafe distances.withUnsafeMutableBufferPointer { distances in
                    unsafe farthest.withUnsafeMutableBufferPointer { farthest in
                        let (from, into) = (points.baseAddress!, distances.baseAddress!)
                        let found = farthest.baseAddress!
                        pool.run(pieces) { number, _ in
                            let range = number * piece..<min((number + 1) * piece, count)
                            unsafe found[number] = unsafe update(into, from, range, centre, width)
                        }
                    }
                }
            }
            var next = farthest[0]
            for other in farthest.dropFirst() where other.distance > next.distance { next = other }
            // All remaining points equal chosen ones.
            guard next.distance > 0 else { break }
            chosen.append(next.point)
        }
        return chosen
    }

    /// The number of points of a piece of work.
    private static let piece = 2048

    private static func update(
        _ distances: UnsafeMutablePointer<Float>, _ points: UnsafePointer<Float>, _ range: Range<Int>, _ centre: Int,
        _ width: Int
    ) -> (distance: Float, point: Int) {
        var farthest: (distance: Float, point: Int) = (-1, range.lowerBound)
        for point in range {
            let square = unsafe NearestPatches.squaredDistance(points + point * width, points + centre * width, width)
            let distance = unsafe min(distances[point], square)
            unsafe distances[point] = distance
            if distance > farthest.distance { farthest = (distance, point) }
        }
        return farthest
    }

    private static func projection(of values: [Float], dimensions: Int, to width: Int, seed: UInt64) -> [Float] {
        guard width < dimensions else { return values }
        var generator = SeededGenerator(seed: seed, stream: "coreset")
        let matrix = (0..<dimensions * width).map { _ in generator.normal() / Float(width).squareRoot() }
        let count = values.count / dimensions
        return unsafe [Float](unsafeUninitializedCapacity: count * width) { target, initialized in
            unsafe values.withUnsafeBufferPointer { values in
                unsafe matrix.withUnsafeBufferPointer { matrix in
                    unsafe OpenBLAS.multiply(
                        rows: count, columns: width, inner: dimensions, a: values.baseAddress!, aStride: dimensions,
                        b: matrix.baseAddress!, bStride: width, beta: 0, c: target.baseAddress!, cStride: width)
                }
            }
            initialized = count * width
        }
    }
}
