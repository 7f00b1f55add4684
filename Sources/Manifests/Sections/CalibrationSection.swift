/// `calibration`: the threshold, from the held-out normal images alone, or as a person sets it.
public struct CalibrationSection: Sendable, Equatable {
    /// How the threshold comes from the scores of held-out images.
    public enum Estimate: String, Sendable, CaseIterable { case robust, empirical }

    /// Share of the held-out normal images that score below the threshold.
    public var quantile: Double
    public var estimate: Estimate
    /// Verdicts with a chance of at least exp(-tolerance) to be another one are marked as uncertain; 0 marks none.
    public var tolerance: Double
    /// In place of the one that the scores give; nil for that one.
    public var threshold: Double?

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        quantile = object.decimal("quantile")
        estimate = object.choice("estimate")
        tolerance = object.decimal("tolerance")
        threshold = object["threshold"] == nil ? nil : object.decimal("threshold")
    }
}
