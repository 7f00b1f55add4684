/// How many images of a category took part in what.
public struct ImageCounts: Sendable, Equatable {
    public var train: Int
    /// Normal images kept out of training, from which the threshold was calibrated.
    public var heldOut: Int
    public var testNormal: Int
    public var testAnomalous: Int
    public var testUnlabelled: Int
    /// Files set aside because they could not be read.
    public var quarantined: Int

    public init(
        train: Int = 0, heldOut: Int = 0, testNormal: Int = 0, testAnomalous: Int = 0, testUnlabelled: Int = 0,
        quarantined: Int = 0
    ) {
        self.train = train
        self.heldOut = heldOut
        self.testNormal = testNormal
        self.testAnomalous = testAnomalous
        self.testUnlabelled = testUnlabelled
        self.quarantined = quarantined
    }
}
