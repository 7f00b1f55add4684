import Metrics

/// The metrics of one category as the stages hand them on.
struct CategoryMetrics: Codable, Sendable {
    var figures: DetectionMetrics
    /// Of the image scores: pairs of false and true positive rate.
    var roc: [[Double]]
    var curves: Curves
    /// AUPIMO of each image that has one, by its file.
    var aupimo: [String: Double]

    /// What the report draws beside the ROC curve, each as pairs of x and y unless said otherwise.
    struct Curves: Codable, Sendable {
        /// Recall and precision, ascending by recall.
        var imagePrecisionRecall, pixelPrecisionRecall: [[Double]]
        var pixelROC: [[Double]]
        /// False-positive rate and mean overlap of the regions.
        var pro: [[Double]]
        /// Shared false-positive rate, and the mean and the quartiles of the images' recall.
        var pimo: [[Double]]

        init(_ result: TestSetResult) {
            imagePrecisionRecall = result.imagePrecisionRecall.map { [$0.recall, $0.precision] }
            pixelPrecisionRecall = result.pixels.precisionRecallCurve.map { [$0.recall, $0.precision] }
            pixelROC = result.pixels.rocCurve.map { [$0.fpr, $0.tpr] }
            pro = result.pixels.proCurve.map { [$0.fpr, $0.overlap] }
            pimo = result.pixels.pimoCurve.map { [$0.fpr, $0.mean, $0.lowerQuartile, $0.upperQuartile] }
        }
    }

    init(_ result: TestSetResult) {
        figures = result.metrics
        roc = result.imageROC.map { [$0.fpr, $0.tpr] }
        curves = Curves(result)
        aupimo = result.aupimoByImage
    }
}
