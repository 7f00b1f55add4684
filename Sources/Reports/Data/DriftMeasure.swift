/// One measure of how images look, of the normal images that a model was made from and of the images that it was tested on.
public struct DriftMeasure: Sendable, Equatable {
    public var name: String
    /// What it measures, for people.
    public var meaning: String
    /// A value for each image, in any order.
    public var normal, tested: [Double]
    /// The largest distance between the two distributions, 0 to 1.
    public var distance: Double
    /// The chance of such a distance without a change, corrected for the number of tests in the report.
    public var probability: Double

    /// A change is called one below this chance.
    public static let level = 0.01

    public var isChange: Bool { probability < Self.level }

    public init(
        name: String, meaning: String, normal: [Double], tested: [Double], distance: Double, probability: Double
    ) {
        (self.name, self.meaning, self.normal, self.tested) = (name, meaning, normal, tested)
        (self.distance, self.probability) = (distance, probability)
    }
}
