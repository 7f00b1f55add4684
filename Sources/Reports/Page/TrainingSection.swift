/// The curve of the training loss and of its two terms.
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
            yAxis: ChartAxis(label: "Mean squared error", covering: points.map(\.y)),
            series: series,
            emptyNote: "Nothing was trained in this run.")
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
        return "Last loss \(NumberText.significant(last.loss)) at step \(last.step). "
            + "Learning rate at most \(rates[0]), \(rates[1]) at the end."
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
