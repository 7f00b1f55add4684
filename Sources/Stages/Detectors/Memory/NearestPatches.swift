import Tensors

/// Finds the nearest of many vectors by blocked matrix products.
struct NearestPatches: Sendable {
    let dimensions: Int
    let count: Int
    /// count x dimensions.
    let values: [Float]
    /// The squared length of each vector.
    let squares: [Float]
    /// The sizes of a block: its products stay in a processor's second-level cache.
    static let queryBlock = 128, pointBlock = 512

    /// - Parameter values: at least one vector.
    /// - Throws: `TensorError` if OpenBLAS is missing.
    init(_ values: [Float], dimensions: Int) throws(TensorError) {
        try OpenBLAS.load()
        (self.values, self.dimensions) = (values, dimensions)
        count = values.count / dimensions
        squares = (0..<count).map { point in
            values[point * dimensions..<(point + 1) * dimensions].reduce(0) { $0 + $1 * $1 }
        }
    }

    /// The nearest point of each query and the distance to it. Among equally near ones, the lowest number wins.
    ///
    /// - Parameters:
    ///   - queries: n x dimensions.
    ///   - pool: nil to use the calling thread alone.
    func nearest(_ queries: [Float], _ pool: WorkerPool? = nil) -> [(point: Int, distance: Float)] {
        let total = queries.count / dimensions
        var found = [(point: Int, distance: Float)](repeating: (0, 0), count: total)
        unsafe found.withUnsafeMutableBufferPointer { found in
            let target = found.baseAddress!
            unsafe queries.withUnsafeBufferPointer { queries in
                let source = queries.baseAddress!
                let pieces = (total + Self.queryBlock - 1) / Self.queryBlock
                func search(_ block: Int) {
                    let start = block * Self.queryBlock
                    let rows = min(Self.queryBlock, total - start)
                    let best = unsafe nearest(source + start * dimensions, rows)
                    for row in 0..<rows {
                        unsafe target[start + row] = (
                            best[row], distance(source + (start + row) * dimensions, best[row])
                        )
                    }
                }
                guard let pool else { return (0..<pieces).forEach(search) }
                pool.run(pieces) { block, _ in search(block) }
            }
        }
        return found
    }

    /// The Euclidean distance, without the cancellation of the products.
    private func distance(_ query: UnsafePointer<Float>, _ point: Int) -> Float {
        unsafe values.withUnsafeBufferPointer {
            unsafe Self.squaredDistance(query, $0.baseAddress! + point * dimensions, dimensions).squareRoot()
        }
    }

    private func nearest(_ queries: UnsafePointer<Float>, _ rows: Int) -> [Int] {
        var best = [(value: Float, point: Int)](repeating: (.infinity, 0), count: rows)
        unsafe forEachBlock(queries, rows) { row, start, squares, products, columns in
            let found = unsafe Self.lowest(squares, products, columns)
            if found.value < best[row].value { best[row] = (found.value, start + found.index) }
        }
        return best.map(\.point)
    }

    /// Calls `body` for each block of points and each query, with the number of the first point, the squares of the
    /// points' lengths, their products with the query, and the number of points.
    func forEachBlock(
        _ queries: UnsafePointer<Float>, _ rows: Int,
        _ body: (_ row: Int, _ start: Int, UnsafePointer<Float>, UnsafePointer<Float>, _ columns: Int) -> Void
    ) {
        var products = [Float](repeating: 0, count: rows * Self.pointBlock)
        unsafe values.withUnsafeBufferPointer { values in
            unsafe squares.withUnsafeBufferPointer { squares in
                unsafe products.withUnsafeMutableBufferPointer { products in
                    for start in stride(from: 0, to: count, by: Self.pointBlock) {
                        let columns = min(Self.pointBlock, count - start)
                        unsafe OpenBLAS.multiply(
                            transposeB: true, rows: rows, columns: columns, inner: dimensions, a: queries,
                            aStride: dimensions, b: values.baseAddress! + start * dimensions, bStride: dimensions,
                            beta: 0, c: products.baseAddress!, cStride: Self.pointBlock)
                        for row in 0..<rows {
                            unsafe body(
                                row, start, squares.baseAddress! + start,
                                UnsafePointer(products.baseAddress!) + row * Self.pointBlock, columns)
                        }
                    }
                }
            }
        }
    }

    /// The lowest of `squares[i] - 2 * products[i]` and its index.
    private static func lowest(
        _ squares: UnsafePointer<Float>, _ products: UnsafePointer<Float>, _ count: Int
    ) -> (value: Float, index: Int) {
        typealias Lanes = SIMD16<Float>
        var best = Lanes(repeating: .infinity)
        var places = SIMD16<Int32>(repeating: 0)
        let whole = count / 16 * 16
        for start in stride(from: 0, to: whole, by: 16) {
            let values =
                unsafe UnsafeRawPointer(squares + start).loadUnaligned(as: Lanes.self)
                - 2 * UnsafeRawPointer(products + start).loadUnaligned(as: Lanes.self)
            let isLower = values .< best
            best.replace(with: values, where: isLower)
            places.replace(with: SIMD16(repeating: Int32(start)), where: isLower)
        }
        var lowest = (value: Float.infinity, index: 0)
        for lane in 0..<16 where whole > 0 {
            let index = Int(places[lane]) + lane
            if best[lane] < lowest.value || (best[lane] == lowest.value && index < lowest.index) {
                lowest = (best[lane], index)
            }
        }
        for index in whole..<count {
            let value = unsafe squares[index] - 2 * products[index]
            if value < lowest.value { lowest = (value, index) }
        }
        return lowest
    }
}

extension NearestPatches {
    /// The mean distance of some of the points to their nearest other points, above 0.
    ///
    /// - Parameter neighbours: how many; all if there are fewer.
    func meanDistances(of numbers: [Int], neighbours: Int, _ pool: WorkerPool) -> [Float] {
        var means = [Float](repeating: 0, count: numbers.count)
        unsafe means.withUnsafeMutableBufferPointer { means in
            let target = means.baseAddress!
            pool.run(numbers.count) { number, _ in
                let found = nearestDistances(of: numbers[number], neighbours)
                let mean = found.reduce(0, +) / Float(max(1, found.count))
                unsafe target[number] = max(mean, 1e-6)
            }
        }
        return means
    }

    /// The distances of a point to its nearest other points, in ascending order.
    private func nearestDistances(of point: Int, _ wanted: Int) -> [Float] {
        var found: [Float] = []
        unsafe values.withUnsafeBufferPointer { values in
            let own = unsafe values.baseAddress! + point * dimensions
            for other in 0..<count where other != point {
                let square = unsafe Self.squaredDistance(own, values.baseAddress! + other * dimensions, dimensions)
                guard found.count < wanted || square < found[found.count - 1] else { continue }
                let place = found.firstIndex { square < $0 } ?? found.count
                found.insert(square, at: place)
                if found.count > wanted { found.removeLast() }
            }
        }
        return found.map { $0.squareRoot() }
    }

    static func squaredDistance(
        _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ dimensions: Int
    ) -> Float {
        var sums = SIMD16<Float>.zero
        let whole = dimensions / 16 * 16
        for start in stride(from: 0, to: whole, by: 16) {
            let difference =
                unsafe UnsafeRawPointer(first + start).loadUnaligned(as: SIMD16<Float>.self)
                - UnsafeRawPointer(second + start).loadUnaligned(as: SIMD16<Float>.self)
            sums += difference * difference
        }
        var sum = sums.sum()
        for dimension in whole..<dimensions {
            let difference = unsafe first[dimension] - second[dimension]
            sum += difference * difference
        }
        return sum
    }
}
