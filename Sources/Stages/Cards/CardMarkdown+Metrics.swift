import Metrics
import Wording

/// The sections on a model's metrics.
extension CardMarkdown {
    private static let missing: Cell = "not measured"

    private func figure(_ value: Double?) -> Cell { value.map { .text(CardNumber.fixed($0, 4)) } ?? Self.missing }

    var metrics: String {
        section(
            "Metrics",
            [
                "AUROC, average precision (AP) and the largest F1 of image scores and of pixels; AU-PRO, the overlap with the regions "
                    + "of the ground truth up to a false-positive rate; AUPIMO, the recall of the pixels of each image at false-positive "
                    + "rates from 1e-5 to 1e-4. All are between 0 and 1, higher is better. The largest F1 chooses its threshold by "
                    + "the labels; the verdicts are those of the model's own threshold."
            ])
    }

    var analyses: String {
        section("Quantitative analyses", [fromLabels, verdicts, withoutLabels])
    }

    private var fromLabels: String {
        let metrics = card.testMetrics, images = metrics.images
        let title = "### From test labels"
        guard metrics.isMeasured else {
            let reasons = Set(metrics.undefined.values).sorted().map { "- \(escaped($0))" }
            return
                ([title, "Not measured: there were no labelled test images that define a figure."]
                + (reasons.isEmpty ? [] : [reasons.joined(separator: "\n")])).joined(separator: "\n\n")
        }
        let counts =
            "From test labels, which were used neither in training nor for the threshold: \(images.normal) normal and "
            + "\(counted(images.anomalous, "anomalous image"))"
            + (images.withoutMask > 0 ? ", \(images.withoutMask) of these without a mask" : "")
            + (images.unlabelled > 0
                ? "; \(counted(images.unlabelled, "image without a label is", "images without a label are")) left out"
                : "") + "."
        let table = MarkdownText.table(
            ["Figure", "Image", "Pixel"],
            [
                ["AUROC", figure(metrics.imageAUROC), figure(metrics.pixelAUROC)],
                ["AP", figure(metrics.imageAP), figure(metrics.pixelAP)],
                ["Largest F1", figure(metrics.imageF1Max), figure(metrics.pixelF1Max)],
                ["AU-PRO up to 0.05", "-", figure(metrics.aupro.at005)],
                ["AU-PRO up to 0.3", "-", figure(metrics.aupro.at03)],
                ["AU-PRO up to 1", "-", figure(metrics.aupro.at1)],
                ["AUPIMO, mean and median", "-", pair(metrics.aupimoMean, metrics.aupimoMedian)],
            ])
        let reasons = metrics.undefined.sorted { $0.key < $1.key }.map { "\($0.key) is not measured: \($0.value)" }
        return [title, counts, table].joined(separator: "\n\n") + (reasons.isEmpty ? "" : "\n\n" + list(reasons))
    }

    private func pair(_ first: Double?, _ second: Double?) -> Cell {
        guard let first, let second else { return Self.missing }
        return .text("\(CardNumber.fixed(first, 4)), \(CardNumber.fixed(second, 4))")
    }

    /// The verdicts at the model's threshold, by kind of image.
    private var verdicts: String? {
        guard !card.testMetrics.kinds.isEmpty else { return nil }
        let table = MarkdownText.table(
            ["Kind", "Label", "Images", "Called anomalous", "Uncertain"],
            card.testMetrics.kinds.map { kind -> [Cell] in
                let label = kind.isAnomalous.map { $0 ? "anomalous" : "normal" } ?? "none"
                let share = CardNumber.percent(Double(kind.calledAnomalous) / Double(kind.images))
                return [
                    .text(kind.kind), .text(label), .text("\(kind.images)"),
                    .text("\(kind.calledAnomalous) (\(share))"), .text("\(kind.uncertain)"),
                ]
            })
        return "### Verdicts on the test images\n\n" + table
    }

    private var withoutLabels: String {
        let facts = card.assessment
        guard facts.isAssessed else {
            return "### Without labels\n\nNot assessed: the detector scores no changed image."
        }
        let kinds = facts.kinds.sorted { $0.key < $1.key } + [(key: "all", value: facts.detection)]
        let table = MarkdownText.table(
            ["Synthetic defects", "Samples", "Image AUROC", "Pixel AUROC", "Pixel AP", "AU-PRO 0.3"],
            kinds.map { name, detection -> [Cell] in
                [
                    .text(name), .text("\(detection.samples)"), figure(detection.imageAUROC),
                    figure(detection.pixelAUROC), figure(detection.pixelAP), figure(detection.aupro),
                ]
            })
        var rows = FactRows()
        rows.add("Synthetic defects above the threshold", CardNumber.percent(facts.recall))
        rows.add("Held-out images above the threshold", CardNumber.percent(facts.falseAlarms))
        rows.add(
            "Criterion (mean of image AUROC and AU-PRO over the kinds)", CardNumber.fixed(facts.criterion, 4))
        if let candidates = facts.candidates {
            let words = candidates.map {
                "\($0.name) \(CardNumber.fixed($0.criterion, 4))\($0.isChosen ? " (chosen)" : "")"
            }
            rows.add("Chosen by the criterion among", words.joined(separator: ", "))
        }
        if let before = facts.identityErrorBefore, let after = facts.identityError {
            rows.add("Identity error on normal images (0 is ideal)", change(before, after))
        }
        if let before = facts.idempotenceBefore, let after = facts.idempotence {
            rows.add("Idempotence (0 is ideal)", change(before, after))
        }
        return [
            "### Without labels",
            "Synthetic defects in \(counted(facts.images, "held-out normal image")). No test "
                + "image and no label was used. They are not the defects of a production line; where there are figures from real "
                + "labels, trust those.",
            table, rows.markdown,
        ].joined(separator: "\n\n")
    }

    private func change(_ before: Double, _ after: Double) -> String {
        "\(CardNumber.fixed(after, 4)) (before training \(CardNumber.fixed(before, 4)))"
    }

    var factors: String {
        let facts = card.assessment
        let images = counted(facts.changedImages, "held-out normal image")
        let drift =
            card.drift.isEmpty
            ? nil
            : MarkdownText.table(
                [
                    "Test images against normal ones", "Median", "Median of normal images", "Distance", "Probability",
                    "Changed",
                ],
                card.drift.map { measure -> [Cell] in
                    [
                        .text(measure.name), .text(CardNumber.significant(measure.testMedian)),
                        .text(CardNumber.significant(measure.normalMedian)),
                        .text(CardNumber.fixed(measure.distance, 2)),
                        .text(CardNumber.significant(measure.probability)), .text(measure.isChange ? "yes" : "no"),
                    ]
                })
        guard facts.isAssessed else { return section("Factors", [drift ?? "Not assessed."]) }
        return section(
            "Factors",
            [
                "What a camera or its light may do, on \(images): how far the score of a normal image moves (1 is the way from the "
                    + "median normal image to the threshold), how many of them then score above the threshold, and how well "
                    + "synthetic defects are distinguished from them.",
                MarkdownText.table(
                    ["Change of the camera", "Score shift", "False alarms", "Image AUROC of defects"],
                    facts.cameraChanges.map { change -> [Cell] in
                        [
                            .text(change.label), .text(CardNumber.fixed(change.scoreShift, 2)),
                            .text(CardNumber.percent(change.falseAlarms)), figure(change.imageAUROC),
                        ]
                    }), drift,
            ])
    }
}
