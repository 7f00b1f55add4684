import AnomalyDetection
import ContentStore
import Imaging
import Metrics
import Pipeline
import Reports

/// Renders the HTML report.
package struct ReportStage: Stage {
    package static let name = "report"
    /// History: 2 = more figures; 3 = curves, uncertain verdicts, drift, lineage; 4 = the style of other pages; 5 = the
    /// card of each model; 6 = the command that applies a threshold; 7 = plainer words; 9 = regions, AU-PRO 0.05,
    /// SegF1, intervals; metrics of parts and kinds; AU-PRO of synthetic defects; 10 = the loss of steps without
    /// corrupted or clean pixels is left out; 11 = open ranges of uncertain verdicts.
    package static let version = 11

    /// The pages beside the report that it links to.
    package static let lineagePageName = "lineage.html", timingPageName = "timing.html"

    /// The regions of an image that the page lists.
    private static let listedRegions = 10

    var title, details: String
    /// The names of the cases.
    var cases: [String]
    var summary: [Fact]
    var generatedBy: [Fact]
    var peers: [PublishedFigure]
    var manifest: String

    package init(
        title: String, details: String, cases: [String], summary: [Fact], generatedBy: [Fact],
        peers: [PublishedFigure], manifest: String
    ) {
        (self.title, self.details, self.cases) = (title, details, cases)
        (self.summary, self.generatedBy, self.peers) = (summary, generatedBy, peers)
        self.manifest = manifest
    }

    package var outputs: [String] { ["report.html"] }

    package func run(_ context: TaskContext) throws {
        var report = RunReport(
            title: title, description: details.isEmpty ? nil : details, summary: summary, generatedBy: generatedBy,
            manifest: manifest, peers: peers,
            companions: [
                Fact(label: "what the results were made from", value: ReportStage.lineagePageName),
                Fact(label: "what the run cost", value: ReportStage.timingPageName),
            ])
        var drift: [DriftTest] = []
        for (number, name) in cases.enumerated() {
            try context.checkCancellation()
            report.categories.append(try category(name, number, context, &report.warnings))
            drift.append(DriftTest(try context.readJSON(DriftRecord.self, "drift.\(number)")))
            context.progress(number + 1, of: cases.count, unit: "categories")
        }
        for (number, measures) in DriftTest.measures(drift).enumerated() { report.categories[number].drift = measures }
        let mean = try context.readJSON(MetricsSummary.self, "metrics").mean
        report.mean = MetricsRow(
            imageAUROC: mean.imageAUROC, pixelAUROC: mean.pixelAUROC,
            furtherMetrics: further(
                mean.imageAP, mean.pixelAP, mean.aupro, mean.segF1, mean.aupimo.mean, mean.severityCorrelation))
        try context.write(Array(ReportPage.render(report).utf8), to: "report.html")
    }

    private func category(
        _ name: String, _ number: Int, _ context: TaskContext, _ warnings: inout [String]
    ) throws -> CategoryReport {
        let metrics = try context.readJSON(CategoryMetrics.self, "metrics.\(number)")
        let scores = try context.readJSON(ScoreIndex.self, "scores.\(number)").entries
        let calibration = try context.readJSON(CalibrationRecord.self, "calibration.\(number)")
        let training = try context.readJSON([TrainingPoint].self, "training.\(number)")
        var report = CategoryReport(name: name)
        let figures = metrics.figures
        (report.imageAUROC, report.pixelAUROC) = (figures.imageAUROC, figures.pixelAUROC)
        report.furtherMetrics =
            further(
                figures.imageAP, figures.pixelAP, figures.aupro, figures.segF1, figures.aupimo.mean,
                figures.severityCorrelation) + protocolMetrics(figures)
        report.intervals = intervals(figures.intervals)
        report.counts = ImageCounts(
            train: try context.readJSON(TrainingIndex.self, "trained.\(number)").entries.count,
            heldOut: calibration.images,
            testNormal: figures.images.normal, testAnomalous: figures.images.anomalous,
            testUnlabelled: figures.images.unlabelled)
        var masks: [String: Digest] = [:]
        for input in context.inputs(startingWith: "images.\(number).") {
            for entry in try context.readJSON(ImageIndex.self, input).entries {
                masks[entry.file] = entry.mask
                guard let reason = entry.rejection else { continue }
                report.counts.quarantined += 1
                warnings.append("\(name): set aside: \(reason)")
            }
        }
        report.training = TrainingCurve(
            points: training.map {
                TrainingCurve.Point(
                    // Means of no pixels are 0.
                    step: $0.step + 1, loss: $0.loss, lossClean: $0.outside > 0 ? $0.outside : nil,
                    lossMasked: $0.inside > 0 ? $0.inside : nil,
                    learningRate: Double($0.learningRate))
            })
        report.curves = CategoryCurves(metrics)
        report.modelFile = "models/\(name).nominal"
        report.show(scores, calibration, try context.readJSON(UncertaintyRecord.self, "uncertainty.\(number)"))
        try show(scores, masks, number, context, in: &report)
        return report
    }

    /// Adds the assessment, the card and the gallery.
    private func show(
        _ scores: [ScoreIndex.Entry], _ masks: [String: Digest], _ number: Int, _ context: TaskContext,
        in report: inout CategoryReport
    ) throws {
        let name = report.name
        var pictures: [String: OverlayIndex.Thumbnails] = [:]
        for input in context.inputs(startingWith: "overlays.\(number).") {
            for entry in try context.readJSON(OverlayIndex.self, input).entries {
                pictures[entry.file] = entry.small
            }
        }
        let assessment = try context.readJSON(Assessment.self, "assessment.\(number)")
        if !assessment.isEmpty { report.assessment = AssessmentReport(assessment) }
        var pictureLabel = AutoencoderKind.pictureLabel
        if context.hasInput("card.\(number)") {
            let card = try context.readJSON(ModelCard.self, "card.\(number)")
            pictureLabel = try DetectorKinds.named(card.model.detector, in: name).pictureLabel
            report.card = ModelCardReport(
                limits: card.limits.map(\.text), page: "models/\(name).card.md",
                data: "models/\(name).card.json")
        }
        let model = context.inputDigest("model.\(number)")
        report.gallery = try scores.compactMap { score in
            guard let small = pictures[score.file] else { return nil }
            var item = try item(score, small, pictureLabel, context)
            item.regions = score.regions.prefix(ReportStage.listedRegions).map(GalleryItem.Region.init)
            item.regionCount = score.regions.count
            item.lineage = lineage(score, mask: masks[score.file], model: model)
            return item
        }
    }

    /// The lineage as SHA-256 digests, which identify blobs in the store and in the run's folder. Action keys are
    /// omitted: another action may produce the same bytes, and then this page must not change.
    private func lineage(_ score: ScoreIndex.Entry, mask: Digest?, model: Digest) -> [Fact] {
        [
            Fact(label: "Image", value: score.source.hex), mask.map { Fact(label: "Ground truth", value: $0.hex) },
            Fact(label: "Model", value: model.hex), score.map.map { Fact(label: "Anomaly map", value: $0.hex) },
            score.picture.map { Fact(label: "Expected picture", value: $0.hex) },
            Fact(label: "File", value: score.file),
            Fact(label: "Score", value: "\(score.score), threshold \(score.threshold)"),
        ].compactMap { $0 }
    }

    /// The metric columns beside the two AUROCs.
    private func further(
        _ imageAP: Double?, _ pixelAP: Double?, _ aupro: AUPROFigures, _ segF1: Double?, _ aupimo: Double?,
        _ severity: Double?
    ) -> [Metric] {
        [
            Metric(name: "Image AP", value: imageAP), Metric(name: "Pixel AP", value: pixelAP),
            Metric(name: "AU-PRO 0.05", value: aupro.at005), Metric(name: "AU-PRO 0.3", value: aupro.at03),
            Metric(name: "SegF1", value: segF1), Metric(name: "AUPIMO", value: aupimo),
            Metric(name: "Severity correlation", value: severity),
        ]
    }

    private func intervals(_ figures: IntervalFigures?) -> [CategoryReport.MetricInterval] {
        [
            ("image AUROC", figures?.imageAUROC), ("pixel AUROC", figures?.pixelAUROC),
            ("AU-PRO 0.05", figures?.aupro.at005), ("AU-PRO 0.3", figures?.aupro.at03),
        ].compactMap { name, interval in
            interval.map { CategoryReport.MetricInterval(name: name, lower: $0.lower, upper: $0.upper) }
        }
    }

    /// The metrics that only some data sets define: of parts with several views, and of kinds with saturated overlap.
    private func protocolMetrics(_ figures: DetectionMetrics) -> [Metric] {
        let parts = figures.parts.map { [Metric(name: "Part AUROC", value: $0.auroc)] } ?? []
        return parts
            + (figures.kinds ?? [:]).sorted { $0.key < $1.key }.flatMap { kind, figures in
                [
                    Metric(name: "AUROC of \(kind)", value: figures.imageAUROC),
                    Metric(name: "AU-sPRO 0.05 of \(kind)", value: figures.auspro["0.05"]),
                ]
            }
    }

    private func item(
        _ score: ScoreIndex.Entry, _ pictures: OverlayIndex.Thumbnails, _ pictureLabel: String, _ context: TaskContext
    ) throws -> GalleryItem {
        func picture(_ thumbnail: OverlayIndex.Thumbnail) throws -> Picture {
            Picture(
                mimeType: .jpeg, bytes: try context.blob(thumbnail.jpeg), width: thumbnail.width,
                height: thumbnail.height)
        }
        let name = score.file.split(separator: "/").dropFirst().joined(separator: "/")
        let isCalledAnomalous = score.verdict == .anomalous
        return GalleryItem(
            name: name.isEmpty ? score.file : name, kind: score.kind, isAnomalous: score.isAnomalous,
            score: score.score, normalizedScore: score.normalizedScore, verdict: score.verdict.rawValue,
            confidence: score.confidence, isUncertain: score.isUncertain ?? false,
            isMiss: score.isAnomalous.map { $0 != isCalledAnomalous } ?? false, input: try picture(pictures.input),
            expected: try pictures.picture.map(picture), expectedLabel: pictureLabel,
            overlay: try picture(pictures.overlay),
            groundTruth: try pictures.mask.map(picture))
    }
}

extension GalleryItem.Region {
    fileprivate init(_ region: MapRegion) {
        self.init(
            left: region.left, top: region.top, width: region.width, height: region.height, area: region.area,
            areaSquareMillimetres: region.areaSquareMillimetres, peak: region.peak, mean: region.mean)
    }
}

extension CategoryReport {
    /// Adds the scores of the test images, and the threshold with the range of uncertain verdicts.
    fileprivate mutating func show(
        _ scores: [ScoreIndex.Entry], _ calibration: CalibrationRecord, _ uncertainty: UncertaintyRecord
    ) {
        normalScores = scores.filter { $0.isAnomalous == false }.map(\.score)
        anomalousScores = scores.filter { $0.isAnomalous == true }.map(\.score)
        unlabelledScores = scores.filter { $0.isAnomalous == nil }.map(\.score)
        calibrationScores = calibration.scores
        threshold = calibration.threshold
        calibratedThreshold = calibration.estimatedThreshold
        if let falseAlarms = calibration.falseAlarms, let misses = calibration.misses {
            expectedShares = .init(falseAlarms: Double(falseAlarms), misses: Double(misses))
        }
        if let upper = uncertainty.upper {
            uncertainScores = (uncertainty.lower ?? -.infinity)..<upper
        }
    }
}
