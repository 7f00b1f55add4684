/// `calibration`: the threshold, from the held-out normal images alone.
public struct CalibrationSection: Sendable, Equatable {
    /// Share of the held-out normal images that score below the threshold.
    public var quantile: Double

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        quantile = object.decimal("quantile")
    }
}
