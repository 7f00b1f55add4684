/// Cholesky factors of small symmetric matrices, as packed lower triangles: row i holds i + 1 numbers.
enum Cholesky {
    static func count(_ dimensions: Int) -> Int { dimensions * (dimensions + 1) / 2 }

    /// Replaces a positive definite matrix by its factor. Returns false, leaving the matrix half done, if it is not
    /// positive definite.
    static func factor(_ matrix: inout [Double], dimensions: Int) -> Bool {
        unsafe matrix.withUnsafeMutableBufferPointer { matrix in
            for row in 0..<dimensions {
                let start = count(row)
                for column in 0...row {
                    let other = count(column)
                    var sum = unsafe matrix[start + column]
                    for inner in 0..<column { unsafe sum -= matrix[start + inner] * matrix[other + inner] }
                    if column < row {
                        unsafe matrix[start + column] = sum / matrix[other + column]
                    } else {
                        guard sum > 0, sum.isFinite else { return false }
                        unsafe matrix[start + column] = sum.squareRoot()
                    }
                }
            }
            return true
        }
    }

    /// The squared length of the solution y of L y = vector, which is the squared Mahalanobis distance for the factor L
    /// of a covariance. Overwrites the vector.
    static func squaredLength(
        _ factor: UnsafePointer<Float>, _ vector: UnsafeMutablePointer<Float>, _ dimensions: Int
    ) -> Float {
        var length: Float = 0
        for row in 0..<dimensions {
            let start = unsafe factor + count(row)
            var value = unsafe vector[row]
            for column in 0..<row { unsafe value -= start[column] * vector[column] }
            unsafe value /= start[row]
            unsafe vector[row] = value
            length += value * value
        }
        return length
    }
}
