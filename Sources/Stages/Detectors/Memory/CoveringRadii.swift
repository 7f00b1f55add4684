import Tensors

extension NearestPatches {
    /// The covering radius of the points up to each one: the largest distance of a patch to the nearest of them.
    ///
    /// - Parameter patches: n x dimensions.
    func coveringRadii(of patches: [Float], _ pool: WorkerPool, check: () throws -> Void) rethrows -> [Float] {
        let total = patches.count / dimensions, most = 64 * Self.queryBlock
        // The nearest distance of a patch falls in steps as points come. A step counts at its last point.
        var steps = [[Float]](repeating: [Float](repeating: 0, count: count), count: pool.workerCount)
        for first in stride(from: 0, to: total, by: most) {
            try check()
            unsafe steps.withUnsafeMutableBufferPointer { steps in
                let target = steps.baseAddress!
                unsafe patches.withUnsafeBufferPointer { patches in
                    let source = patches.baseAddress!
                    let rows = min(most, total - first)
                    pool.run((rows + Self.queryBlock - 1) / Self.queryBlock) { block, worker in
                        let start = first + block * Self.queryBlock
                        unsafe add(
                            source + start * dimensions, min(Self.queryBlock, first + rows - start), to: &target[worker]
                        )
                    }
                }
            }
        }
        var radii = steps[0]
        for other in steps.dropFirst() { for point in radii.indices { radii[point] = max(radii[point], other[point]) } }
        for point in radii.indices.dropLast().reversed() { radii[point] = max(radii[point], radii[point + 1]) }
        return radii
    }

    private func add(_ patches: UnsafePointer<Float>, _ rows: Int, to steps: inout [Float]) {
        // The lowest square less that of the patch, by products; and the distance.
        var lowest = [Float](repeating: .infinity, count: rows), nearest = lowest
        unsafe values.withUnsafeBufferPointer { values in
            unsafe forEachBlock(patches, rows) { row, start, squares, products, columns in
                unsafe Self.forEachLower(than: &lowest[row], squares, products, columns) {
                    let point = start + $0
                    let square = unsafe Self.squaredDistance(
                        patches + row * dimensions, values.baseAddress! + point * dimensions, dimensions)
                    if point > 0, nearest[row] > steps[point - 1] { steps[point - 1] = nearest[row] }
                    nearest[row] = min(nearest[row], square.squareRoot())
                }
            }
        }
        for row in 0..<rows { steps[count - 1] = max(steps[count - 1], nearest[row]) }
    }

    /// Calls `body` for each index at which `squares[i] - 2 * products[i]` is lower than everything before.
    private static func forEachLower(
        than lowest: inout Float, _ squares: UnsafePointer<Float>, _ products: UnsafePointer<Float>, _ count: Int,
        _ body: (Int) -> Void
    ) {
        typealias Lanes = SIMD16<Float>
        func consider(_ range: Range<Int>) {
            for index in range {
                let value = unsafe squares[index] - 2 * products[index]
                if value < lowest {
                    lowest = value
                    body(index)
                }
            }
        }
        let whole = count / 16 * 16
        for start in stride(from: 0, to: whole, by: 16) {
            let values =
                unsafe UnsafeRawPointer(squares + start).loadUnaligned(as: Lanes.self)
                - 2 * UnsafeRawPointer(products + start).loadUnaligned(as: Lanes.self)
            if values.min() < lowest { consider(start..<start + 16) }
        }
        consider(whole..<count)
    }
}
