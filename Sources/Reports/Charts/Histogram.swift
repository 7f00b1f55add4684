/// The distribution of scores as SVG: one translucent layer of bars per series, on shared bins.
struct Histogram {
    struct Series {
        var name: String
        var values: [Float]
        var ink: ChartInk
    }

    var title: String
    /// The series that have a finite value.
    let series: [Series]
    /// Single values drawn as ticks below the bars. The bars do not count them.
    var rug: Series?
    /// The position of the vertical line, which the page's script can move. `nil` hides it.
    var threshold: Float?
    /// A range of values shaded behind the bars.
    var band: Range<Float>?
    /// The legend entry of the band.
    var bandName: String
    /// Shown in place of the drawing if no series has a value.
    var emptyNote: String
    /// Covers all finite values and the threshold.
    let xAxis: ChartAxis

    init(
        title: String, valueLabel: String, series: [Series], rug: Series? = nil, threshold: Float? = nil,
        band: Range<Float>? = nil, bandName: String = "", emptyNote: String
    ) {
        self.title = title
        self.series = series.filter { $0.values.contains(where: \.isFinite) }
        self.rug = rug
        self.threshold = threshold
        self.band = band
        self.bandName = bandName
        self.emptyNote = emptyNote
        let values = series.flatMap(\.values) + (rug?.values ?? []) + (threshold.map { [$0] } ?? [])
        xAxis = ChartAxis(label: valueLabel, covering: values.map(Double.init), tickCount: 10)
    }

    var isEmpty: Bool { series.isEmpty }

    /// A `figure` with heading, legend and drawing.
    /// - Parameter below: markup under the drawing, given the left end and width of the plot as fractions of the
    ///   drawing.
    func render(below: (_ plotStart: Double, _ plotShare: Double) -> HTML = { _, _ in .empty }) -> HTML {
        var legend = series.map { ChartFigure.LegendEntry(name: $0.name, ink: $0.ink, mark: .bar) }
        if let rug, !rug.values.isEmpty {
            legend.append(ChartFigure.LegendEntry(name: rug.name, ink: rug.ink, mark: .rug))
        }
        if band != nil { legend.append(ChartFigure.LegendEntry(name: bandName, ink: .neutral, mark: .band)) }
        let figure = ChartFigure(title: title, legend: legend)
        guard !isEmpty else { return figure.renderEmpty(emptyNote) }

        let bins = HistogramBins(of: series.map(\.values), along: xAxis)
        let highest = bins.counts.flatMap { $0 }.max() ?? 1
        let yAxis = ChartAxis(
            label: "Images", covering: [0, Double(highest)], scale: .linear, tickCount: 5, minimumStep: 1)
        let frame = ChartFrame(xAxis: xAxis, yAxis: yAxis, width: 640, height: 300, gutter: 10)
        let marks = HTML("g") {
            if let band { bandMark(band, in: frame) }
            for index in series.indices {
                bars(series[index], counts: bins.counts[index], edges: bins.edges, in: frame)
            }
            if let rug { rugMarks(rug, in: frame) }
            thresholdLine(in: frame)
        }
        let names = series.map { "\($0.values.count) \($0.name.lowercased())" }.joined(separator: ", ")
        return figure.render(
            drawing: frame.render(summary: "\(title): \(names) over \(xAxis.label)", marks: marks),
            below: below(frame.plotLeft / frame.width, frame.plotWidth / frame.width))
    }

    private func bandMark(_ band: Range<Float>, in frame: ChartFrame) -> HTML {
        let (left, right) = (frame.x(Double(band.lowerBound)), frame.x(Double(band.upperBound)))
        let upper = NumberText.significant(Double(band.upperBound))
        let words =
            band.lowerBound == -.infinity
            ? "all below \(upper)" : "\(NumberText.significant(Double(band.lowerBound))) to \(upper)"
        return frame.rectangle(
            "band", x: left, y: frame.plotTop, width: max(1, right - left), height: frame.plotHeight + 10,
            title: "\(bandName): \(words)")
    }

    private func bars(_ series: Series, counts: [Int], edges: [Double], in frame: ChartFrame) -> HTML {
        HTML("g", ["class": "bars"]) {
            for (index, count) in counts.enumerated() where count > 0 {
                let left = frame.x(edges[index])
                let top = frame.y(Double(count))
                let range = "\(NumberText.significant(edges[index])) to \(NumberText.significant(edges[index + 1]))"
                frame.rectangle(
                    "bar \(series.ink.cssClass)", x: left, y: top, width: frame.x(edges[index + 1]) - left,
                    height: frame.plotBottom - top, title: "\(series.name), \(range): \(count)")
            }
        }
    }

    /// One path for all ticks. Values on the same half unit share a tick.
    private func rugMarks(_ rug: Series, in frame: ChartFrame) -> HTML {
        let positions = Set(rug.values.filter(\.isFinite).map { (frame.x(Double($0)) * 2).rounded() / 2 }).sorted()
        let top = NumberText.coordinate(frame.plotBottom + 3)
        let path = positions.map { "M\(NumberText.coordinate($0)) \(top)v8" }.joined()
        return HTML("path", ["class": "rug \(rug.ink.cssClass)", "d": path]) { HTML("title") { rug.name } }
    }

    /// The label is on the side of the line that has space for it.
    private func thresholdLine(in frame: ChartFrame) -> HTML {
        let position = xAxis.position(of: Double(threshold ?? 0))
        let x = NumberText.coordinate(frame.plotLeft + position * frame.plotWidth)
        let isLabelLeft = position > 0.8
        return HTML(
            "g",
            ["class": "threshold", "transform": "translate(\(x) 0)", "display": threshold == nil ? "none" : nil]
        ) {
            frame.line("threshold-line", from: (0, frame.plotTop - 4), to: (0, frame.plotBottom + 11))
            HTML(
                "text",
                [
                    "x": isLabelLeft ? "-6" : "6", "y": NumberText.coordinate(frame.plotTop + 8),
                    "text-anchor": isLabelLeft ? "end" : "start",
                ]
            ) { "threshold" }
        }
    }
}

/// The shared bins of several sets of scores.
struct HistogramBins {
    /// The bounds between bins, ascending: one more than there are bins.
    let edges: [Double]
    /// The number of values in each bin, for each set in the given order. A bin includes its lower edge; the last one
    /// also includes its upper edge.
    let counts: [[Int]]

    /// Bins of equal width along `axis`, which must cover the values. Values that are not finite are not counted.
    ///
    /// The number of bins is twice Rice's rule, 4 n^(1/3), limited to 12...40. On a linear axis it is rounded up so
    /// that a whole number of bins fits between two ticks.
    init(of sets: [[Float]], along axis: ChartAxis) {
        let total = sets.reduce(0) { $0 + $1.count }
        let wanted = (12...40).first { $0 * $0 * $0 >= 64 * total } ?? 40
        let intervals = axis.ticks.count - 1
        let perInterval = [1, 2, 4, 5, 10].first { $0 * intervals >= wanted } ?? 10
        let binCount = axis.scale == .linear ? perInterval * intervals : wanted
        edges = (0...binCount).map { axis.value(at: Double($0) / Double(binCount)) }
        counts = sets.map { values in
            var counts = [Int](repeating: 0, count: binCount)
            for value in values where value.isFinite {
                counts[min(binCount - 1, Int(axis.position(of: Double(value)) * Double(binCount)))] += 1
            }
            return counts
        }
    }
}
