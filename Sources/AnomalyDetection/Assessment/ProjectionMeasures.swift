/// Measures of how closely a network approximates a projection onto normal images. A projection keeps normal images, is
/// idempotent, removes corruptions and nothing else, and contracts directions that leave the normal images.
///
/// Notation: x is the clean image, y the corrupted one, M the mask of the corruption, f the network, and |.| the
/// Euclidean norm over pixels and channels. All measures except `singularValues` are means over the samples.
public struct ProjectionMeasures: Sendable, Equatable, Codable {
    /// |f(x) - x| / |x|: 0 for a projection.
    public var identityError: Double
    /// |f(f(y)) - f(y)| / |f(y) - y|: 0 for a projection.
    public var idempotence: Double
    /// |y - f(y)| / |y - x| over M: 1 if exactly the corruption is removed.
    public var changeInside: Double
    /// |y - f(y)| outside M, divided by |y - x|: 0 if nothing else is changed.
    public var changeOutside: Double
    /// The singular values of the Jacobian of f at a clean image, restricted to the span of some of its corruptions, in
    /// descending order: below 1 where f contracts, 0 where corruptions have no influence on the output.
    public var singularValues: [Double]

    /// - Parameters:
    ///   - samples: at least one sample. A lazy collection is loaded one sample at a time.
    ///   - directions: corruptions of the first sample's clean vector, for the singular values; may be empty.
    ///   - project: f, applied to several vectors at once.
    public init(
        samples: some Collection<Sample>, directions: some Sequence<[Float]>, project: ([[Float]]) throws -> [[Float]]
    ) rethrows {
        guard let first = samples.first else { fatalError("no samples") }
        let count = Double(samples.count)
        (identityError, idempotence, changeInside, changeOutside) = (0, 0, 0, 0)
        for sample in samples {
            let answers = try project([sample.clean, sample.corrupted])
            let (cleaned, once) = (answers[0], answers[1])
            let twice = try project([once])[0]
            let change = Self.distance(sample.corrupted, sample.clean)
            let moved = Self.distance(once, sample.corrupted)
            let zero = [Float](repeating: 0, count: sample.clean.count)
            identityError += Self.ratio(Self.distance(cleaned, sample.clean), Self.distance(sample.clean, zero)) / count
            idempotence += Self.ratio(Self.distance(twice, once), moved) / count
            let inside = Self.distance(once, sample.corrupted, where: sample.mask, is: 1)
            let outside = Self.distance(once, sample.corrupted, where: sample.mask, is: 0)
            changeInside += Self.ratio(inside, change) / count
            changeOutside += Self.ratio(outside, change) / count
        }
        singularValues = try TangentProbe(at: first.clean, along: directions).singularValues(project)
    }

    /// A clean vector, its corrupted version and the mask of their differences.
    public struct Sample: Sendable {
        public var clean, corrupted: [Float]
        /// One value per pixel; the vectors hold one or more planes of pixels.
        public var mask: [UInt8]

        public init(clean: [Float], corrupted: [Float], mask: [UInt8]) {
            (self.clean, self.corrupted, self.mask) = (clean, corrupted, mask)
        }
    }

    /// The quotient, or 0 if the denominator is 0.
    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        denominator > 0 ? numerator / denominator : 0
    }

    private static func distance(
        _ first: [Float], _ second: [Float], where mask: [UInt8] = [0], is value: UInt8 = 0
    ) -> Double {
        var sum = 0.0
        for index in first.indices where mask[index % mask.count] == value {
            let difference = Double(first[index]) - Double(second[index])
            sum += difference * difference
        }
        return sum.squareRoot()
    }
}

/// The Jacobian of a map at a point, estimated along a few directions with central differences.
struct TangentProbe {
    private let point: [Float]
    /// An orthonormal basis of the directions; then their images under the Jacobian, in the same memory.
    private var vectors: [[Double]]
    /// The step along a basis vector.
    private let step: Double

    /// The step as a share of the directions' mean length: small compared with them, large compared with float32
    /// rounding.
    private static let stepShare = 0.05

    /// - Parameter directions: offsets from the point. Linearly dependent directions reduce to a basis of the same
    ///   span.
    init(at point: [Float], along directions: some Sequence<[Float]>) {
        self.point = point
        var basis: [[Double]] = [], lengths: [Double] = []
        for direction in directions {
            var rest = direction.map(Double.init)
            let length = Self.length(rest)
            // Twice, because one pass leaves rounding errors for almost parallel directions.
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
        vectors = basis
        step = lengths.isEmpty ? 0 : Self.stepShare * lengths.reduce(0, +) / Double(lengths.count)
    }

    /// The singular values in descending order, one per independent direction.
    consuming func singularValues(_ project: ([[Float]]) throws -> [[Float]]) rethrows -> [Double] {
        guard !vectors.isEmpty else { return [] }
        for index in vectors.indices {
            let values = try project(
                [1.0, -1.0].map { sign in
                    zip(point, vectors[index]).map { Float(Double($0) + sign * step * $1) }
                })
            for place in vectors[index].indices {
                vectors[index][place] = (Double(values[0][place]) - Double(values[1][place])) / (2 * step)
            }
        }
        // The singular values of JB are the square roots of the eigenvalues of (JB)'(JB).
        let gram = vectors.map { first in vectors.map { Self.product(first, $0) } }
        return Self.eigenvalues(gram).map { max($0, 0).squareRoot() }.sorted(by: >)
    }

    /// The eigenvalues of a symmetric matrix, by Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5).
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
