import Imaging
import Metrics
import Reports

/// `metrics.json` of one category, as stages exchange it.
package struct CategoryMetrics: Codable, Sendable {
    package var figures: DetectionMetrics
    /// The ROC curve of the image scores: pairs of false and true positive rate.
    package var roc: [[Double]]
    package var curves: Curves
    /// AUPIMO by file, for the images that have one.
    package var aupimo: [String: Double]

    /// The report's further curves, as pairs of x and y unless stated otherwise.
    package struct Curves: Codable, Sendable {
        /// Recall and precision, ascending by recall.
        package var imagePrecisionRecall, pixelPrecisionRecall: [[Double]]
        package var pixelROC: [[Double]]
        /// False-positive rate and mean region overlap.
        package var pro: [[Double]]
        /// Shared false-positive rate, and mean and quartiles of the images' recall.
        package var pimo: [[Double]]

        package init(_ result: TestSetResult) {
            imagePrecisionRecall = result.imagePrecisionRecall.map { [$0.recall, $0.precision] }
            pixelPrecisionRecall = result.pixels.precisionRecallCurve.map { [$0.recall, $0.precision] }
            pixelROC = result.pixels.rocCurve.map { [$0.fpr, $0.tpr] }
            pro = result.pixels.proCurve.map { [$0.fpr, $0.overlap] }
            pimo = result.pixels.pimoCurve.map { [$0.fpr, $0.mean, $0.lowerQuartile, $0.upperQuartile] }
        }
    }

    package init(_ result: TestSetResult) {
        figures = result.metrics
        roc = result.imageROC.map { [$0.fpr, $0.tpr] }
        curves = Curves(result)
        aupimo = result.aupimoByImage
    }
}

extension CategoryCurves {
    /// The curves of a category's metrics.
    init(_ metrics: CategoryMetrics) {
        // Records of a foreign bundle may have rows of any length.
        func points(_ pairs: [[Double]]) -> [CurvePoint] {
            pairs.filter { $0.count == 2 }.map { CurvePoint(x: $0[0], y: $0[1]) }
        }
        let curves = metrics.curves
        self.init(
            imageROC: points(metrics.roc), pixelROC: points(curves.pixelROC),
            imagePrecisionRecall: points(curves.imagePrecisionRecall),
            pixelPrecisionRecall: points(curves.pixelPrecisionRecall), pro: points(curves.pro),
            pimo: curves.pimo.filter { $0.count == 4 }.map {
                Overlap(fpr: $0[0], mean: $0[1], lowerQuartile: $0[2], upperQuartile: $0[3])
            })
    }
}
