/// The distribution of scores, one translucent layer of bars per series on shared bins, as SVG.
public struct Histogram: Sendable {
    public struct Series: Sendable {
        public var name: String
        public var values: [Float]
        public var ink: ChartInk

        public init(name: String, values: [Float], ink: ChartInk) {
            self.name = name
            self.values = values
            self.ink = ink
        }
    }

    public var title: String
    /// The label of the x axis.
    public var valueLabel: String
    public var series: [Series]
    /// Single values drawn as ticks below the bars, not counted in them.
    public var rug: Series?
    /// The position of the vertical line, which the page's script can move; `nil` hides it.
    public var threshold: Float?
    /// A range of values that is shaded behind the bars; `nil` shades none.
    public var band: Range<Float>?
    /// What the band stands for, in the legend.
    public var bandName: String
    /// Shown in place of the drawing when no series has a value.
    public var emptyNote: String
    /// Covers all finite values and the threshold.
    public let xAxis: ChartAxis

    public init(
        title: String, valueLabel: String, series: [Series], rug: Series? = nil, threshold: Float? = nil,
        band: Range<Float>? = nil, bandName: String = "", emptyNote: String
    ) {
        self.title = title
        self.valueLabel = valueLabel
        self.series = series.filter { $0.values.contains(where: \.isFinite) }
        self.rug = rug
        self.threshold = threshold
        self.band = band
        self.bandName = bandName
        self.emptyNote = emptyNote
        let values = series.flatMap(\.values) + (rug?.values ?? []) + (threshold.map { [$0] } ?? [])
        xAxis = ChartAxis(label: valueLabel, covering: values.map(Double.init), tickCount: 10)
    }

    /// True if there is anything to draw.
    public var isEmpty: Bool { series.isEmpty }

    /// A `figure` with heading, legend and drawing, and `below` under it.
    public func render(below: (_ plotStart: Double, _ plotShare: Double) -> HTML = { _, _ in .empty }) -> HTML {
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

    /// The part of the band that the axis shows.
    private func bandMark(_ band: Range<Float>, in frame: ChartFrame) -> HTML {
        let (left, right) = (frame.x(Double(band.lowerBound)), frame.x(Double(band.upperBound)))
        let range = [band.lowerBound, band.upperBound].map { NumberText.significant(Double($0)) }
        return frame.rectangle(
            "band", x: left, y: frame.plotTop, width: max(1, right - left), height: frame.plotHeight + 10,
            title: "\(bandName): \(range[0]) to \(range[1])")
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

    /// One path for all ticks; values that fall on the same half unit share one.
    private func rugMarks(_ rug: Series, in frame: ChartFrame) -> HTML {
        let positions = Set(rug.values.filter(\.isFinite).map { (frame.x(Double($0)) * 2).rounded() / 2 }).sorted()
        let top = NumberText.coordinate(frame.plotBottom + 3)
        let path = positions.map { "M\(NumberText.coordinate($0)) \(top)v8" }.joined()
        return HTML("path", ["class": "rug \(rug.ink.cssClass)", "d": path]) { HTML("title") { rug.name } }
    }

    /// The label stands on the side of the line that has room for it.
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
