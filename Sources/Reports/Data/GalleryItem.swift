/// One scored image with what the model made of it.
public struct GalleryItem: Sendable, Equatable {
    /// "KIND/STEM", unique within its category.
    public var name: String
    /// The folder of the test set: "good", or the defect's name.
    public var kind: String
    /// The ground truth; `nil` for unlabelled images.
    public var isAnomalous: Bool?
    /// In the raw units of the category's threshold.
    public var score: Float
    /// The score in units of the held-out normal images' spread.
    public var normalizedScore: Float?
    /// "anomalous", "normal" or another word that the run decided on.
    public var verdict: String?
    /// True where the verdict contradicts the ground truth.
    public var isMiss: Bool
    public var input: Picture
    public var reconstruction: Picture
    /// The anomaly map laid over the input.
    public var overlay: Picture
    public var groundTruth: Picture?

    public init(
        name: String, kind: String, isAnomalous: Bool?, score: Float, normalizedScore: Float? = nil,
        verdict: String? = nil, isMiss: Bool, input: Picture, reconstruction: Picture, overlay: Picture,
        groundTruth: Picture? = nil
    ) {
        self.name = name
        self.kind = kind
        self.isAnomalous = isAnomalous
        self.score = score
        self.normalizedScore = normalizedScore
        self.verdict = verdict
        self.isMiss = isMiss
        self.input = input
        self.reconstruction = reconstruction
        self.overlay = overlay
        self.groundTruth = groundTruth
    }
}
