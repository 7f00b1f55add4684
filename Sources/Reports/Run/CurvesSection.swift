/// The curves of a category's test images, each ascending by x. A curve that the images do not define is empty.
public struct CategoryCurves: Sendable, Equatable {
    /// The distribution of the images' recall at a shared false-positive rate.
    public struct Overlap: Sendable, Equatable {
        public var fpr, mean, lowerQuartile, upperQuartile: Double

        public init(fpr: Double, mean: Double, lowerQuartile: Double, upperQuartile: Double) {
            (self.fpr, self.mean) = (fpr, mean)
            (self.lowerQuartile, self.upperQuartile) = (lowerQuartile, upperQuartile)
        }
    }

    /// False-positive rate and true-positive rate.
    public var imageROC, pixelROC: [CurvePoint]
    /// Recall and precision.
    public var imagePrecisionRecall, pixelPrecisionRecall: [CurvePoint]
    /// False-positive rate over pixels, and mean overlap of the labelled regions.
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

/// The charts of ``CategoryCurves``; empty for unlabelled images.
struct CurvesSection {
    let category: CategoryReport

    func render() -> HTML {
        guard category.isLabelled else { return .empty }
        return .fragment([roc, precisionRecall, pro, pimo])
    }

    private var curves: CategoryCurves { category.curves }

    private var roc: HTML {
        let operatingPoint = category.confusion.flatMap { counts in
            counts.falseAlarmRate.flatMap { x in counts.recall.map { CurvePoint(x: x, y: $0) } }
        }
        return chart(
            "ROC curves", x: "False-positive rate", y: "True-positive rate",
            [
                LineChart.Series(name: "images", points: curves.imageROC, ink: .total),
                LineChart.Series(name: "pixels", points: curves.pixelROC, ink: .normal),
                LineChart.Series(
                    name: "chance", points: [CurvePoint(x: 0, y: 0), CurvePoint(x: 1, y: 1)], ink: .reference),
            ], marker: curves.imageROC.isEmpty ? nil : operatingPoint,
            emptyNote: "A ROC curve needs both normal and anomalous test images.")
    }

    private var precisionRecall: HTML {
        chart(
            "Precision and recall", x: "Recall", y: "Precision",
            [
                LineChart.Series(name: "images", points: curves.imagePrecisionRecall, ink: .total),
                LineChart.Series(name: "pixels", points: curves.pixelPrecisionRecall, ink: .normal),
            ], emptyNote: "Precision and recall need anomalous test images.")
    }

    private var pro: HTML {
        chart(
            "Per-region overlap (PRO)", x: "False-positive rate over pixels", y: "Mean overlap of the regions",
            [
                LineChart.Series(name: "overlap", points: curves.pro, ink: .total),
                LineChart.Series(
                    name: "limit of AU-PRO 0.3", points: [CurvePoint(x: 0.3, y: 0), CurvePoint(x: 0.3, y: 1)],
                    ink: .reference),
            ], emptyNote: "Per-region overlap needs ground-truth masks.")
    }

    private var pimo: HTML {
        func series(_ name: String, _ ink: ChartInk, _ value: (CategoryCurves.Overlap) -> Double) -> LineChart.Series {
            LineChart.Series(
                name: name, points: curves.pimo.filter { $0.fpr > 0 }.map { CurvePoint(x: $0.fpr, y: value($0)) },
                ink: ink)
        }
        return LineChart(
            title: "Per-image overlap (PIMO)",
            xAxis: ChartAxis(
                label: "False-positive rate shared by normal images", covering: [1e-5, 1e-4], scale: .logarithmic),
            yAxis: Self.fraction("Recall of an image"),
            series: [
                series("mean", .total, \.mean), series("upper quartile", .normal, \.upperQuartile),
                series("lower quartile", .anomalous, \.lowerQuartile),
            ],
            emptyNote: "Per-image overlap needs ground-truth masks and 100,000 pixels of normal test images."
        ).render()
    }

    private func chart(
        _ title: String, x: String, y: String, _ series: [LineChart.Series], marker: CurvePoint? = nil,
        emptyNote: String
    ) -> HTML {
        LineChart(
            title: title, xAxis: Self.fraction(x), yAxis: Self.fraction(y), series: series, marker: marker,
            emptyNote: emptyNote
        ).render()
    }

    /// An axis from 0 to 1.
    private static func fraction(_ label: String) -> ChartAxis {
        ChartAxis(label: label, covering: [0, 1], scale: .linear, tickCount: 6)
    }
}
