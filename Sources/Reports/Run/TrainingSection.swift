/// The training loss over optimiser steps.
public struct TrainingCurve: Sendable, Equatable {
    /// The loss after one optimiser step.
    public struct Point: Sendable, Equatable {
        public var step: Int
        /// The weighted sum of both terms: squared errors of normalised pixel values, or the cross-entropy of a
        /// segmentation.
        public var loss: Double
        /// The mean outside the corruption mask; nil if the batch has no such pixels.
        public var lossClean: Double?
        /// The mean inside the corruption mask; nil if the batch has no such pixels.
        public var lossMasked: Double?
        public var learningRate: Double

        public init(step: Int, loss: Double, lossClean: Double?, lossMasked: Double?, learningRate: Double) {
            (self.step, self.loss, self.lossClean, self.lossMasked) = (step, loss, lossClean, lossMasked)
            self.learningRate = learningRate
        }
    }

    /// Ascending by step; empty without training.
    public var points: [Point]

    public init(points: [Point] = []) {
        self.points = points
    }
}

/// The chart of the training loss and its two terms.
struct TrainingSection {
    let curve: TrainingCurve

    func render() -> HTML {
        let series = [
            series("total", .total) { $0.loss },
            series("clean area", .normal) { $0.lossClean },
            series("corrupted area", .anomalous) { $0.lossMasked },
        ]
        let points = series.flatMap(\.points)
        let chart = LineChart(
            title: "Training loss",
            xAxis: ChartAxis(label: "Optimiser step", covering: points.map(\.x), scale: .linear, tickCount: 6),
            yAxis: ChartAxis(label: "Loss", covering: points.map(\.y)),
            series: series,
            emptyNote: "No model was trained in this run.")
        return HTML("div") {
            chart.render()
            if let last = curve.points.last {
                HTML("p", ["class": "note"]) { note(last: last) }
            }
        }
    }

    private func note(last: TrainingCurve.Point) -> String {
        let peak = curve.points.map(\.learningRate).max() ?? last.learningRate
        let rates = [peak, last.learningRate].map(NumberText.significant)
        return "Final loss \(NumberText.significant(last.loss)) at step \(last.step). "
            + "Learning rate: peak \(rates[0]), final \(rates[1])."
    }

    private func series(
        _ name: String, _ ink: ChartInk, value: (TrainingCurve.Point) -> Double?
    ) -> LineChart.Series {
        let points = curve.points.compactMap { point in
            value(point).map { CurvePoint(x: Double(point.step), y: $0) }
        }
        return LineChart.Series(name: name, points: points.filter(\.isFinite), ink: ink)
    }
}
