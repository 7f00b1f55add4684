import Wording

/// The section of one category, below a summary line.
struct CategorySection {
    let category: CategoryReport
    /// The target of links from the table of metrics.
    let identifier: String
    let isOpen: Bool

    static func identifier(at index: Int) -> String { "category-\(index + 1)" }

    func render() -> HTML {
        HTML("details", ["class": "category", "id": identifier, "open": isOpen ? "" : nil]) {
            HTML("summary") {
                HTML("h2") { HTML("bdi") { category.name } }
                HTML("span", ["class": "digest"]) { digest }
            }
            if category.notFiniteScoreCount > 0 {
                HTML("p", ["class": "warning"]) {
                    counted(category.notFiniteScoreCount, "score is", "scores are")
                        + " not finite and excluded from the histogram and the counts."
                }
            }
            HTML("p", ["class": "note"]) { counts }
            if !category.intervals.isEmpty { HTML("p", ["class": "note"]) { intervals } }
            if category.isLabelled || !category.training.points.isEmpty {
                HTML("div", ["class": "charts"]) {
                    if !category.training.points.isEmpty { TrainingSection(curve: category.training).render() }
                    CurvesSection(category: category).render()
                }
            }
            scores
            GallerySection(items: category.gallery, threshold: category.threshold).render()
            DriftSection(measures: category.drift).render()
            if let assessment = category.assessment { AssessmentSection(assessment: assessment).render() }
            if let card = category.card { ModelCardSection(card: card).render() }
        }
    }

    private var digest: String {
        var parts: [String] = []
        if let auroc = category.imageAUROC { parts.append("image AUROC \(NumberText.fraction(auroc))") }
        if let auroc = category.pixelAUROC { parts.append("pixel AUROC \(NumberText.fraction(auroc))") }
        if let confusion = category.confusion {
            parts.append("\(confusion.falseNegatives) missed")
            parts.append(counted(confusion.falsePositives, "false alarm"))
        }
        if let count = category.uncertainCount, count > 0 { parts.append("\(count) uncertain") }
        if let count = category.flaggedCount { parts.append("\(count.flagged) of \(count.total) called anomalous") }
        return parts.joined(separator: " · ")
    }

    private var counts: String {
        let counts = category.counts
        var parts: [String] = []
        if counts.train > 0 { parts.append("\(counts.train) for training") }
        if counts.heldOut > 0 { parts.append("\(counts.heldOut) held out") }
        if counts.testNormal > 0 || counts.testAnomalous > 0 {
            parts += ["\(counts.testNormal) normal and \(counts.testAnomalous) anomalous for testing"]
        }
        if counts.testUnlabelled > 0 { parts.append("\(counts.testUnlabelled) without ground truth") }
        if counts.quarantined > 0 { parts.append("\(counts.quarantined) unreadable and set aside") }
        return parts.isEmpty ? "" : "Images: " + parts.joined(separator: ", ") + "."
    }

    private var intervals: String {
        "95 % intervals, if other images of the same kinds were tested: "
            + category.intervals.map {
                "\($0.name) \(NumberText.fraction($0.lower)) to \(NumberText.fraction($0.upper))"
            }.joined(separator: ", ") + "."
    }

    private var scores: HTML {
        let histogram = Histogram(
            title: "Scores", valueLabel: "Image score",
            series: [
                Histogram.Series(name: "Normal", values: category.normalScores, ink: .normal),
                Histogram.Series(name: "Anomalous", values: category.anomalousScores, ink: .anomalous),
                Histogram.Series(name: "Unlabelled", values: category.unlabelledScores, ink: .neutral),
            ],
            rug: Histogram.Series(name: "Held-out normal", values: category.calibrationScores, ink: .reference),
            threshold: category.threshold, band: category.uncertainScores, bandName: "Uncertain verdicts",
            emptyNote: "No images were scored.")
        guard !histogram.isEmpty else { return histogram.render() }
        let panel = ThresholdPanel(category: category, axis: histogram.xAxis)
        return HTML("div", ["class": "scores"]) {
            histogram.render(below: panel.slider)
            panel.render()
        }
    }
}
