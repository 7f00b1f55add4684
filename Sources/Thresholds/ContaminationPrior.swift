/// What is held about the share of anomalous images before any is seen, for `GammaGMM`.
public struct ContaminationPrior: Equatable, Sendable {
    /// The probability that nothing is anomalous.
    public var probabilityOfNone: Double
    /// A share that is exceeded only with `probabilityAboveHigh`.
    public var high: Double
    public var probabilityAboveHigh: Double

    /// The values of the paper's experiments.
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
