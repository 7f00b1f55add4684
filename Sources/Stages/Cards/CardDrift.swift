/// One measure of how test images look beside normal ones, for a card.
struct CardDrift: Codable, Equatable, Sendable {
    var name: String
    var normalImages, testImages: Int
    /// Between the two distributions, and the chance of it without a change, corrected after Holm.
    var distance, probability: Double
    var normalMedian, testMedian: Double
    var isChange: Bool
}
