import AnomalyDetection
import ContentStore
import Metrics
import Pipeline
import Reports

/// The page that a person reads.
struct ReportStage: Stage {
    static let name = "report"
    static let version = 2

    /// What is known of a case before it runs.
    struct Case: Sendable {
        var name: String
        var overlayCount: Int
        /// Whether its inputs hold ingested images of both splits, for counting those that were set aside.
        var imageCount: Int
    }

    var title, details: String
    var cases: [Case]
    var summary: [Fact]
    var generatedBy: [Fact]
    var peers: [PublishedFigure]
    var manifest: String

    let outputs = ["report.html"]

    var parameters: [KeyPart] {
        func facts(_ facts: [Fact]) -> KeyValue {
            .list(facts.map { .list([.text($0.label), .text($0.value)]) })
        }
        return [
            KeyPart("title", title), KeyPart("description", details), KeyPart("manifest", manifest),
            KeyPart("cases", .list(cases.map { .text($0.name) })), KeyPart("summary", facts(summary)),
            KeyPart("generatedBy", facts(generatedBy)), KeyPart("peers", .list(peers.map { .text("\($0)") })),
        ]
    }

    func run(_ context: TaskContext) throws {
        var report = RunReport(
            title: title, description: details.isEmpty ? nil : details, summary: summary, generatedBy: generatedBy,
            manifest: manifest, peers: peers)
        for (number, known) in cases.enumerated() {
            try context.checkCancellation()
            report.categories.append(try category(known, number, context, &report.warnings))
            context.progress(number + 1, of: cases.count, unit: "categories")
        }
        let mean = try context.readJSON(MetricsSummary.self, "metrics").mean
        report.mean = MetricsRow(
            imageAUROC: mean.imageAUROC, pixelAUROC: mean.pixelAUROC,
            furtherMetrics: further(mean.imageAP, mean.pixelAP, mean.aupro.at03, mean.aupimo.mean))
        try context.write(Array(ReportPage.render(report).utf8), to: "report.html")
    }

    private func category(
        _ known: Case, _ number: Int, _ context: TaskContext, _ warnings: inout [String]
    ) throws -> CategoryReport {
        let metrics = try context.readJSON(CategoryMetrics.self, "metrics.\(number)")
        let scores = try context.readJSON(ScoreIndex.self, "scores.\(number)").entries
        let calibration = try context.readJSON(CalibrationRecord.self, "calibration.\(number)")
        let training = try context.readJSON([TrainingPoint].self, "training.\(number)")
        var report = CategoryReport(name: known.name)
        let figures = metrics.figures
        (report.imageAUROC, report.pixelAUROC) = (figures.imageAUROC, figures.pixelAUROC)
        report.furtherMetrics = further(figures.imageAP, figures.pixelAP, figures.aupro.at03, figures.aupimo.mean)
        report.counts = ImageCounts(
            train: try context.readJSON(TrainingIndex.self, "trained.\(number)").entries.count,
            heldOut: calibration.images,
            testNormal: figures.images.normal, testAnomalous: figures.images.anomalous,
            testUnlabelled: figures.images.unlabelled)
        for part in 0..<known.imageCount {
            for entry in try context.readJSON(ImageIndex.self, "images.\(number).\(part)").entries {
                guard let reason = entry.rejection else { continue }
                report.counts.quarantined += 1
                warnings.append("\(known.name): set aside: \(reason)")
            }
        }
        report.training = TrainingCurve(
            points: training.map {
                TrainingCurve.Point(
                    step: $0.step + 1, loss: $0.loss, lossClean: $0.outside, lossMasked: $0.inside,
                    learningRate: Double($0.learningRate))
            })
        report.roc = metrics.roc.map { CurvePoint(x: $0[0], y: $0[1]) }
        report.normalScores = scores.filter { $0.isAnomalous == false }.map(\.score)
        report.anomalousScores = scores.filter { $0.isAnomalous == true }.map(\.score)
        report.unlabelledScores = scores.filter { $0.isAnomalous == nil }.map(\.score)
        report.calibrationScores = calibration.scores
        report.threshold = calibration.threshold
        var pictures: [String: OverlayIndex.Thumbnails] = [:]
        for part in 0..<known.overlayCount {
            for entry in try context.readJSON(OverlayIndex.self, "overlays.\(number).\(part)").entries {
                pictures[entry.file] = entry.small
            }
        }
        report.assessment = AssessmentReport(try context.readJSON(Assessment.self, "assessment.\(number)"))
        report.gallery = try scores.compactMap { score in
            try pictures[score.file].map { try item(score, $0, context) }
        }
        return report
    }

    /// The columns beside the two AUROCs.
    private func further(_ imageAP: Double?, _ pixelAP: Double?, _ aupro: Double?, _ aupimo: Double?) -> [Metric] {
        [
            Metric(name: "Image AP", value: imageAP), Metric(name: "Pixel AP", value: pixelAP),
            Metric(name: "AU-PRO 0.3", value: aupro), Metric(name: "AUPIMO", value: aupimo),
        ]
    }

    private func item(
        _ score: ScoreIndex.Entry, _ pictures: OverlayIndex.Thumbnails, _ context: TaskContext
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
            isMiss: score.isAnomalous.map { $0 != isCalledAnomalous } ?? false, input: try picture(pictures.input),
            reconstruction: try picture(pictures.reconstruction), overlay: try picture(pictures.overlay),
            groundTruth: try pictures.mask.map(picture))
    }
}
