/// One night of retraining, as its page shows it.
public struct NightReport: Sendable, Equatable {
    /// An image in quarantine.
    public struct Suspect: Sendable, Equatable {
        /// What commands call it.
        public var number: Int64
        public var file: String
        /// 0 for the median normal image, 1 at the threshold.
        public var score: Double?
        /// The anomaly map over the image; nil where it is no longer stored.
        public var picture: Picture?
        /// In words; nil where nobody has decided.
        public var decision: String?

        public init(number: Int64, file: String, score: Double?, picture: Picture?, decision: String?) {
            (self.number, self.file, self.score, self.picture) = (number, file, score, picture)
            self.decision = decision
        }
    }

    /// One way in which the new model could be worse.
    public struct Criterion: Sendable, Equatable {
        public var name: String
        /// Of the model that the new one is compared with.
        public var former, challenger: Double?
        public var rule: String
        public var probability: Double?
        public var isWorse: Bool

        public init(
            name: String, former: Double?, challenger: Double?, rule: String, probability: Double?, isWorse: Bool
        ) {
            (self.name, self.former, self.challenger, self.rule) = (name, former, challenger, rule)
            (self.probability, self.isWorse) = (probability, isWorse)
        }
    }

    public var title: String
    /// What came of it, in a sentence.
    public var outcome: String
    public var facts: [Fact]
    /// Empty where nothing was compared.
    public var criteria: [Criterion]
    public var suspectCount: Int
    /// The highest scores of these.
    public var suspects: [Suspect]
    /// Images that are not trained on for another reason: file, why.
    public var leftOut: [[String]]
    /// Empty where no image was new.
    public var drift: [DriftMeasure]

    public init(
        title: String, outcome: String, facts: [Fact], criteria: [Criterion], suspectCount: Int,
        suspects: [Suspect],
        leftOut: [[String]], drift: [DriftMeasure]
    ) {
        (self.title, self.outcome, self.facts, self.criteria) = (title, outcome, facts, criteria)
        (self.suspectCount, self.suspects, self.leftOut, self.drift) = (suspectCount, suspects, leftOut, drift)
    }
}
