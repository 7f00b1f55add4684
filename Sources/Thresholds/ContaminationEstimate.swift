/// The distribution of the contamination: nothing with a small probability, else the weight of the first one, two, ...
/// groups of scores, each of which follows a beta distribution.
public struct ContaminationEstimate: Equatable, Sendable {
    /// The first so many components of the mixture together.
    public struct Group: Equatable, Sendable {
        /// That these and no others are anomalous.
        public internal(set) var probability: Double
        /// The expected numbers of scores in these components and in the others.
        public internal(set) var inside: Double
        public internal(set) var outside: Double

        /// The probability that the weight of these components is at most `share`.
        func distribution(_ share: Double) -> Double {
            guard outside > 0 else { return share >= 1 ? 1 : 0 }
            return IncompleteBeta.value(share, inside, outside)
        }
    }

    /// Empty where no estimate was found.
    public let groups: [Group]
    /// The share of the scores in the component of the highest ones. Where it is larger than the prior allows, they are not
    /// held for anomalous.
    public let topShare: Double

    /// False where no group of high scores is small enough for the prior; then the mean is 0.
    public var isResolved: Bool { !groups.isEmpty }

    /// The expected share of anomalous images.
    public var mean: Double {
        groups.reduce(0) { $0 + $1.probability * $1.inside / ($1.inside + $1.outside) }
    }

    /// The share that the contamination does not exceed with this probability, in 0 to 1.
    public func quantile(_ probability: Double) -> Double {
        let none = 1 - groups.reduce(0) { $0 + $1.probability }
        guard isResolved, probability > none else { return 0 }
        var low = 0.0, high = 1.0
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return high }
            let reached = groups.reduce(none) { $0 + $1.probability * $1.distribution(middle) }
            if reached < probability { low = middle } else { high = middle }
        }
    }
}
