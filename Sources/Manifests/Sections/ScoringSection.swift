/// `scoring`: from the reconstruction error to anomaly maps and image scores.
public struct ScoringSection: Sendable, Equatable {
    /// How an anomaly map becomes the score of its image.
    public enum ImageScore: String, Sendable, CaseIterable {
        case sum
        case max
        case mean
        /// Mean of the largest values, see ``ScoringSection/topFraction``.
        case topK
    }

    /// What an anomaly map is divided by.
    public enum Normalization: String, Sendable, CaseIterable { case none, expectedError, localContrast }

    /// Side of the smoothing box filter in pixels, odd; nil for a fortieth of the image's shorter side.
    public var boxSize: Int?
    public var boxPasses: Int
    /// Maps that are averaged, each smoothed three times as widely as the one before.
    public var scales: Int
    /// Levels of the error that are averaged: single pixels, and means over growing squares.
    public var levels: Int
    public var normalization: Normalization
    public var imageScore: ImageScore
    /// Share of the pixels that `topK` averages.
    public var topFraction: Double
    /// Images that one task scores.
    public var shardSize: Int

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        boxSize = object["boxSize"].map { _ in object.whole("boxSize") }
        boxPasses = object.whole("boxPasses")
        scales = object.whole("scales")
        levels = object.whole("levels")
        normalization = object.choice("normalization")
        imageScore = object.choice("imageScore")
        topFraction = object.decimal("topFraction")
        shardSize = object.whole("shardSize")
    }
}
