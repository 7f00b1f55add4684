import Testing

@testable import AnomalyDetection

/// Tests with the linear oracle: for a linear f, the minimiser of E|A(x + e) - x|^2 is A = S (S + s^2)^-1 for the
/// covariance S of x and noise of variance s^2. In the eigenbasis of S it is diagonal, l / (l + s^2), and it tends to
/// the projector onto the normal data.
@Suite("Projection measures")
struct ProjectionTests {
    /// The eigenvalues of the normal data's covariance in eight dimensions, three of which hold no normal data.
    static let spectrum: [Double] = [3, 2, 1, 0.7, 0.5, 0, 0, 0]

    static func gains(noise variance: Double) -> [Double] { spectrum.map { $0 / ($0 + variance) } }

    static func filter(_ vector: [Float], noise variance: Double) -> [Float] {
        zip(vector, gains(noise: variance)).map { Float(Double($0) * $1) }
    }

    @Test(
        "The linear oracle approaches the projection as the noise vanishes",
        arguments: [(1e-1, 0.2345), (1e-2, 0.02677), (1e-3, 0.002716), (1e-4, 0.0002720)])
    func oracle(_ variance: Double, _ distance: Double) {
        let projector = Self.spectrum.map { $0 > 0 ? 1.0 : 0 }
        let sum = zip(Self.gains(noise: variance), projector).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs(sum.squareRoot() - distance) < 5e-4 * distance)

        // The measures follow from the oracle's gains.
        let clean: [Float] = [1, 0, 0, 0, 0, 0, 0, 0]
        let corrupted: [Float] = [1, 0, 0, 0, 0, 2, 0, 0]
        let directions: [[Float]] = (0..<8).map { axis in (0..<8).map { $0 == axis ? 0.5 : 0 } }
        let measures = ProjectionMeasures(
            samples: [
                ProjectionMeasures.Sample(clean: clean, corrupted: corrupted, mask: [0, 0, 0, 0, 0, 1, 0, 0])
            ], directions: directions
        ) { $0.map { Self.filter($0, noise: variance) } }
        let gain = Self.gains(noise: variance)[0]
        #expect(abs(measures.identityError - (1 - gain)) < 1e-6)
        // f(y) = (gain, 0...). The first step moves by (1 - gain, 2), the second by gain (1 - gain).
        let first = ((1 - gain) * (1 - gain) + 4).squareRoot()
        #expect(abs(measures.idempotence - gain * (1 - gain) / first) < 1e-6)
        #expect(abs(measures.changeInside - 1) < 1e-6)
        #expect(abs(measures.changeOutside - (1 - gain) / 2) < 1e-6)
        for (found, expected) in zip(measures.singularValues, Self.gains(noise: variance).sorted(by: >)) {
            #expect(abs(found - expected) < 1e-4)
        }
    }

    @Test("Singular values do not depend on the directions that span a plane")
    func subspace() {
        // Two oblique directions in the plane of the first and the last axis.
        let directions: [[Float]] = [[1, 0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0, 3], [2, 0, 0, 0, 0, 0, 0, 2]]
        let values = TangentProbe(at: [Float](repeating: 0.5, count: 8), along: directions).singularValues {
            $0.map { Self.filter($0, noise: 1) }
        }
        // The third direction is parallel to the first.
        #expect(values.count == 2)
        #expect(abs(values[0] - 0.75) < 1e-4 && abs(values[1]) < 1e-4)
    }

    @Test("Without directions there are no singular values")
    func noDirections() {
        let sample = ProjectionMeasures.Sample(clean: [0, 0], corrupted: [0, 0], mask: [0, 0])
        let measures = ProjectionMeasures(samples: [sample], directions: [[0, 0]]) { $0 }
        #expect(measures == ProjectionMeasures(samples: [sample], directions: []) { $0 })
        #expect(measures.singularValues.isEmpty && measures.identityError == 0 && measures.idempotence == 0)
    }

    @Test("Eigenvalues of symmetric matrices are correct")
    func eigenvalues() {
        // 2 x 2 with eigenvalues 1 and 3; 3 x 3 with 2 - sqrt 2, 2 and 2 + sqrt 2 (the second difference).
        #expect(Self.agree(TangentProbe.eigenvalues([[2, 1], [1, 2]]), [1, 3]))
        let root = 2.0.squareRoot()
        #expect(
            Self.agree(TangentProbe.eigenvalues([[2, -1, 0], [-1, 2, -1], [0, -1, 2]]), [2 - root, 2, 2 + root]))
        #expect(Self.agree(TangentProbe.eigenvalues([[5]]), [5]))
    }

    private static func agree(_ found: [Double], _ expected: [Double]) -> Bool {
        zip(found.sorted(), expected).allSatisfy { abs($0 - $1) < 1e-12 } && found.count == expected.count
    }
}
