/// The Jacobian of a map at a point, seen along a few directions by central differences.
struct TangentProbe {
    private let point: [Float]
    /// Orthonormal.
    private let basis: [[Double]]
    /// Length of a step along a direction of the basis.
    private let step: Double

    /// Share of the mean length of the directions that a step has: small against them, large against rounding in float32.
    private static let stepShare = 0.05

    /// - Parameter directions: from the point; of dependent ones as many are used as span the same.
    init(at point: [Float], along directions: some Sequence<[Float]>) {
        self.point = point
        var basis: [[Double]] = [], lengths: [Double] = []
        for direction in directions {
            var rest = direction.map(Double.init)
            let length = Self.length(rest)
            // Twice, because once leaves rounding errors where directions are nearly the same.
            for _ in 0..<2 {
                for unit in basis {
                    let share = Self.product(rest, unit)
                    for index in rest.indices { rest[index] -= share * unit[index] }
                }
            }
            let remaining = Self.length(rest)
            guard length > 0, remaining > 1e-3 * length else { continue }
            basis.append(rest.map { $0 / remaining })
            lengths.append(length)
        }
        self.basis = basis
        step = lengths.isEmpty ? 0 : Self.stepShare * lengths.reduce(0, +) / Double(lengths.count)
    }

    /// Descending; one for each independent direction.
    func singularValues(_ project: ([[Float]]) throws -> [[Float]]) rethrows -> [Double] {
        guard !basis.isEmpty else { return [] }
        let columns = try basis.map { unit in
            let values = try project(
                [1.0, -1.0].map { sign in zip(point, unit).map { Float(Double($0) + sign * step * $1) } })
            return zip(values[0], values[1]).map { (Double($0) - Double($1)) / (2 * step) }
        }
        // The singular values of J restricted to the basis are the roots of the eigenvalues of (JB)'(JB).
        let gram = columns.map { first in columns.map { Self.product(first, $0) } }
        return Self.eigenvalues(gram).map { max($0, 0).squareRoot() }.sorted(by: >)
    }

    /// Of a symmetric matrix, by Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5).
    static func eigenvalues(_ symmetric: [[Double]]) -> [Double] {
        var matrix = symmetric
        let size = matrix.count
        for _ in 0..<64 {
            var off = 0.0
            for row in 0..<size {
                for column in 0..<size where row != column { off += matrix[row][column] * matrix[row][column] }
            }
            if off < 1e-30 { break }
            for p in 0..<size {
                for q in p + 1..<max(size, p + 1) where matrix[p][q] != 0 {
                    let theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q])
                    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot(), s = t * c
                    for k in 0..<size {
                        let (first, second) = (matrix[k][p], matrix[k][q])
                        (matrix[k][p], matrix[k][q]) = (c * first - s * second, s * first + c * second)
                    }
                    for k in 0..<size {
                        let (first, second) = (matrix[p][k], matrix[q][k])
                        (matrix[p][k], matrix[q][k]) = (c * first - s * second, s * first + c * second)
                    }
                }
            }
        }
        return matrix.indices.map { matrix[$0][$0] }
    }

    private static func product(_ first: [Double], _ second: [Double]) -> Double {
        var sum = 0.0
        for index in first.indices { sum += first[index] * second[index] }
        return sum
    }

    private static func length(_ vector: [Double]) -> Double { product(vector, vector).squareRoot() }
}
