/// How nearly a network is the projection onto normal images that the theory wants: it leaves normal images alone, does
/// nothing more when applied again, takes back corruptions and only them, and flattens directions that lead off the normal.
///
/// Names of quantities: x clean, y corrupted, M the mask of the corruption, f the network; |.| is the Euclidean norm over
/// pixels and channels. All are means over the samples but for `singularValues`.
public struct ProjectionMeasures: Sendable, Equatable, Codable {
    /// |f(x) - x| / |x|: 0 for a projection.
    public var identityError: Double
    /// |f(f(y)) - f(y)| / |f(y) - y|: 0 for a projection.
    public var idempotence: Double
    /// |y - f(y)| / |y - x| over M: 1 where exactly the corruption is taken back.
    public var changeInside: Double
    /// |y - f(y)| outside of M / |y - x|: 0 where nothing else is touched.
    public var changeOutside: Double
    /// The singular values, descending, of the Jacobian of f at a clean image, restricted to the span of some corruptions of
    /// it: below 1 where f contracts, 0 where corruptions have no influence on the answer.
    public var singularValues: [Double]

    /// - Parameters:
    ///   - samples: one or more; each with any number of values, which may be pixel values or any others. A lazy collection is
    ///     held one sample at a time.
    ///   - directions: corruptions of the first sample's clean vector, for the singular values; may be empty.
    ///   - project: f, applied to several vectors at once.
    public init(
        samples: some Collection<Sample>, directions: some Sequence<[Float]>, project: ([[Float]]) throws -> [[Float]]
    ) rethrows {
        guard let first = samples.first else { fatalError("no samples to measure a projection on") }
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

    /// A clean vector, its corruption and where the two differ.
    public struct Sample: Sendable {
        public var clean, corrupted: [Float]
        /// Of pixels: the vectors are one or more planes of them.
        public var mask: [UInt8]

        public init(clean: [Float], corrupted: [Float], mask: [UInt8]) {
            (self.clean, self.corrupted, self.mask) = (clean, corrupted, mask)
        }
    }

    /// A quotient that is 0 where nothing was to be divided by.
    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        denominator > 0 ? numerator / denominator : 0
    }

    private static func distance(_ first: [Float], _ second: [Float]) -> Double {
        var sum = 0.0
        for index in first.indices {
            let difference = Double(first[index]) - Double(second[index])
            sum += difference * difference
        }
        return sum.squareRoot()
    }

    private static func distance(_ first: [Float], _ second: [Float], where mask: [UInt8], is value: UInt8) -> Double {
        var sum = 0.0
        for index in first.indices where mask[index % mask.count] == value {
            let difference = Double(first[index]) - Double(second[index])
            sum += difference * difference
        }
        return sum.squareRoot()
    }
}
