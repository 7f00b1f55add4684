/// The prior of the contamination, for `GammaGMM`.
public struct ContaminationPrior: Equatable, Sendable {
    /// The probability that no image is anomalous.
    public var probabilityOfNone: Double
    /// A share that is exceeded only with probability `probabilityAboveHigh`.
    public var high: Double
    public var probabilityAboveHigh: Double

    /// Defaults from the experiments of the paper.
    public init(probabilityOfNone: Double = 0.01, high: Double = 0.15, probabilityAboveHigh: Double = 0.01) {
        self.probabilityOfNone = probabilityOfNone
        self.high = high
        self.probabilityAboveHigh = probabilityAboveHigh
    }

    func validate() throws(ThresholdsError) {
        for (name, value) in [
            ("probabilityOfNone", probabilityOfNone), ("high", high), ("probabilityAboveHigh", probabilityAboveHigh),
        ] where !(value > 0 && value < 1) {
            throw .invalidOption(name: name, value: "\(value)", expected: "a number between 0 and 1")
        }
    }
}

/// The distribution of the contamination: 0 with a small probability, otherwise the weight of the first one, two, ...
/// components, each of which has a beta distribution.
public struct ContaminationEstimate: Equatable, Sendable {
    /// The first components of the mixture, up to one of them.
    public struct Group: Equatable, Sendable {
        /// The probability that exactly these components are anomalous.
        public internal(set) var probability: Double
        /// The expected number of scores in these components and in the others.
        public internal(set) var inside: Double
        public internal(set) var outside: Double

        /// The probability that the weight of these components is at most `share`.
        func distribution(_ share: Double) -> Double {
            guard outside > 0 else { return share >= 1 ? 1 : 0 }
            return IncompleteBeta.value(share, inside, outside)
        }
    }

    /// Empty if there is no estimate.
    public let groups: [Group]
    /// The share of scores in the highest component. If it exceeds what the prior permits, the component is not taken
    /// as anomalous.
    public let topShare: Double

    /// False if no group of high scores is small enough for the prior; the mean is 0 then.
    public var isResolved: Bool { !groups.isEmpty }

    /// The expected share of anomalous images.
    public var mean: Double {
        groups.reduce(0) { $0 + $1.probability * $1.inside / ($1.inside + $1.outside) }
    }

    /// The share, 0 to 1, that the contamination does not exceed with the given probability.
    public func quantile(_ probability: Double) -> Double {
        let none = 1 - groups.reduce(0) { $0 + $1.probability }
        guard isResolved, probability > none else { return 0 }
        return bisect(0, 1) { share in
            groups.reduce(none) { $0 + $1.probability * $1.distribution(share) } < probability
        }.high
    }
}
