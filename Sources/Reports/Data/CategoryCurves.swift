/// The curves of a category's test images, each ascending by x and empty where the images do not define it.
public struct CategoryCurves: Sendable, Equatable {
    /// A point of the per-image overlap: at a shared false-positive rate, how the images' recall is spread.
    public struct Overlap: Sendable, Equatable {
        public var fpr, mean, lowerQuartile, upperQuartile: Double

        public init(fpr: Double, mean: Double, lowerQuartile: Double, upperQuartile: Double) {
            (self.fpr, self.mean) = (fpr, mean)
            (self.lowerQuartile, self.upperQuartile) = (lowerQuartile, upperQuartile)
        }
    }

    /// False-positive and true-positive rate.
    public var imageROC, pixelROC: [CurvePoint]
    /// Recall and precision.
    public var imagePrecisionRecall, pixelPrecisionRecall: [CurvePoint]
    /// False-positive rate over pixels, and the mean overlap of the labelled regions.
    public var pro: [CurvePoint]
    public var pimo: [Overlap]

    public init(
        imageROC: [CurvePoint] = [], pixelROC: [CurvePoint] = [], imagePrecisionRecall: [CurvePoint] = [],
        pixelPrecisionRecall: [CurvePoint] = [], pro: [CurvePoint] = [], pimo: [Overlap] = []
    ) {
        (self.imageROC, self.pixelROC) = (imageROC, pixelROC)
        (self.imagePrecisionRecall, self.pixelPrecisionRecall) = (imagePrecisionRecall, pixelPrecisionRecall)
        (self.pro, self.pimo) = (pro, pimo)
    }
}
