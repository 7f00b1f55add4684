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
    /// How sure the verdict is, 0 to 1; `nil` where nobody has said.
    public var confidence: Double?
    /// True if the verdict is one for a person to look at.
    public var isUncertain: Bool
    /// True where the verdict contradicts the ground truth.
    public var isMiss: Bool
    public var input: Picture
    public var reconstruction: Picture
    /// The anomaly map laid over the input.
    public var overlay: Picture
    public var groundTruth: Picture?
    /// Where the item comes from: digests of its files.
    public var lineage: [Fact]

    public init(
        name: String, kind: String, isAnomalous: Bool?, score: Float, normalizedScore: Float? = nil,
        verdict: String? = nil, confidence: Double? = nil, isUncertain: Bool = false, isMiss: Bool, input: Picture,
        reconstruction: Picture, overlay: Picture, groundTruth: Picture? = nil, lineage: [Fact] = []
    ) {
        self.name = name
        self.kind = kind
        self.isAnomalous = isAnomalous
        self.score = score
        self.normalizedScore = normalizedScore
        self.verdict = verdict
        self.confidence = confidence
        self.isUncertain = isUncertain
        self.isMiss = isMiss
        self.input = input
        self.reconstruction = reconstruction
        self.overlay = overlay
        self.groundTruth = groundTruth
        self.lineage = lineage
    }
}
