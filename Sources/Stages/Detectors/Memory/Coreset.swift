import SeededRandom
import Tensors

/// Chooses points that cover a set: greedy k-centre (Gonzalez, 1985) after a random projection, as in PatchCore
/// (arXiv 2106.08265, section 3.2).
enum Coreset {
    /// The dimensions of the projection.
    private static let projected = 64

    /// The numbers of the chosen points, in the order of choice. The first point is always chosen; among equally far
    /// ones, the lowest number wins. Copies of chosen points are left out. The result does not depend on the number of
    /// threads.
    ///
    /// - Parameter values: n x dimensions.
    static func choose(
        _ wanted: Int, from values: [Float], dimensions: Int, seed: UInt64, _ pool: WorkerPool,
        check: () throws -> Void
    ) rethrows -> [Int] {
        let count = values.count / dimensions
        let width = min(projected, dimensions)
        let points = projection(of: values, dimensions: dimensions, to: width, seed: seed)
        var squares = [Float](repeating: .infinity, count: count)
        return try cover(&squares, points, dimensions: width, most: wanted, pool, check: check).map(\.point)
    }

    /// Chooses the farthest point, again and again, until all points lie within a radius of chosen ones.
    ///
    /// - Parameters:
    ///   - squares: the squared distance of each point to what covers it already; receives those to the chosen points.
    ///   - values: n x dimensions.
    /// - Returns: the numbers of the chosen points in the order of choice, with the squared distances that they had.
    static func cover(
        _ squares: inout [Float], _ values: [Float], dimensions: Int, within radius: Float = 0, most: Int,
        _ pool: WorkerPool, check: () throws -> Void
    ) rethrows -> [(point: Int, square: Float)] {
        let count = squares.count
        let pieces = (count + piece - 1) / piece
        var farthest = [(square: Float, point: Int)](repeating: (0, 0), count: pieces)
        var chosen: [(point: Int, square: Float)] = []
        var next: (square: Float, point: Int) = (-1, 0)
        for (point, square) in squares.enumerated() where square > next.square { next = (square, point) }
        while chosen.count < most, next.square > radius * radius {
            if chosen.count % 256 == 0 { try check() }
            let centre = next.point
            chosen.append((centre, next.square))
            unsafe values.withUnsafeBufferPointer { values in
                unsafe squares.withUnsafeMutableBufferPointer { squares in
                    unsafe farthest.withUnsafeMutableBufferPointer { farthest in
                        let (from, into) = (values.baseAddress!, squares.baseAddress!)
                        let found = farthest.baseAddress!
                        pool.run(pieces) { number, _ in
                            let range = number * piece..<min((number + 1) * piece, count)
                            unsafe found[number] = unsafe update(into, from, range, centre, dimensions)
                        }
                    }
                }
            }
            next = farthest[0]
            for other in farthest.dropFirst() where other.square > next.square { next = other }
        }
        return chosen
    }

    /// The number of points of a piece of work.
    private static let piece = 2048

    private static func update(
        _ squares: UnsafeMutablePointer<Float>, _ points: UnsafePointer<Float>, _ range: Range<Int>, _ centre: Int,
        _ width: Int
    ) -> (square: Float, point: Int) {
        var farthest: (square: Float, point: Int) = (-1, range.lowerBound)
        for point in range {
            let own = unsafe NearestPatches.squaredDistance(points + point * width, points + centre * width, width)
            let square = unsafe min(squares[point], own)
            unsafe squares[point] = square
            if square > farthest.square { farthest = (square, point) }
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
