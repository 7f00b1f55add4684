import Foundation
import Wording

/// Correct and wrong verdicts at one threshold. An image is called anomalous if its score is at or above the threshold.
struct ConfusionCounts: Equatable {
    var truePositives = 0
    var falsePositives = 0
    var falseNegatives = 0
    var trueNegatives = 0

    init() {}

    init(normalScores: [Float], anomalousScores: [Float], threshold: Float) {
        let normal = normalScores.filter { $0.isFinite }
        let anomalous = anomalousScores.filter { $0.isFinite }
        truePositives = anomalous.count { $0 >= threshold }
        falsePositives = normal.count { $0 >= threshold }
        falseNegatives = anomalous.count - truePositives
        trueNegatives = normal.count - falsePositives
    }

    var anomalous: Int { truePositives + falseNegatives }
    var normal: Int { trueNegatives + falsePositives }

    var precision: Double? { Self.ratio(truePositives, of: truePositives + falsePositives) }
    var recall: Double? { Self.ratio(truePositives, of: anomalous) }
    /// The false-positive rate.
    var falseAlarmRate: Double? { Self.ratio(falsePositives, of: normal) }

    static func + (left: ConfusionCounts, right: ConfusionCounts) -> ConfusionCounts {
        var sum = left
        sum.truePositives += right.truePositives
        sum.falsePositives += right.falsePositives
        sum.falseNegatives += right.falseNegatives
        sum.trueNegatives += right.trueNegatives
        return sum
    }

    private static func ratio(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}

/// The verdicts at an adjustable threshold, and the scores that the page's script counts them from.
struct ThresholdPanel {
    let category: CategoryReport
    let axis: ChartAxis

    func render() -> HTML {
        HTML(
            "div",
            [
                "class": "threshold-panel", "data-normal": Self.encode(category.normalScores),
                "data-anomalous": Self.encode(category.anomalousScores),
                "data-unlabelled": Self.encode(category.unlabelledScores), "data-lower": "\(axis.lower)",
                "data-upper": "\(axis.upper)", "data-scale": axis.scale.rawValue,
                "data-threshold": category.threshold.map { "\($0)" },
                "data-command": category.modelFile.map { "nominal score --model \(ShellWord.quoted($0)) --threshold" },
            ]
        ) {
            HTML("h4") { "Verdicts at the threshold" }
            HTML("p", ["class": "note"]) { origin }
            HTML("p", ["class": "controls", "hidden": ""]) {
                HTML("label") {
                    "Threshold "
                    HTML(
                        "input",
                        [
                            "type": "number", "class": "threshold-number", "step": "any",
                            "value": category.threshold.map { "\($0)" },
                        ])
                }
                if category.threshold != nil { HTML("button", ["type": "button", "class": "reset"]) { "Reset" } }
            }
            HTML("div", ["class": "verdicts", "aria-live": "polite"]) {
                if category.isLabelled {
                    confusionTable
                    rates
                }
                if !category.unlabelledScores.isEmpty { unlabelledLine }
                uncertainLine
            }
            application
        }
    }

    /// The slider below the histogram. It is as wide as the plot, so its thumb is under the threshold line.
    func slider(plotStart: Double, plotShare: Double) -> HTML {
        let position = category.threshold.map { axis.position(of: Double($0)) } ?? 0
        return HTML(
            "input",
            [
                "type": "range", "class": "threshold-slider", "min": "0", "max": "1000", "hidden": "",
                "value": "\(Int((position * 1000).rounded()))", "aria-label": "Threshold on the score axis",
                "style": "--start:\(NumberText.fixed(plotStart, decimals: 4));"
                    + "--share:\(NumberText.fixed(plotShare, decimals: 4))",
            ])
    }

    private var origin: String {
        guard let threshold = category.threshold else {
            return "No threshold was calibrated. Enter one to see its verdicts."
        }
        let value = NumberText.significant(Double(threshold))
        let rule = "Scores at or above it count as anomalous."
        if let calibrated = category.calibratedThreshold {
            return "Set in the manifest: \(value). Calibration on held-out normal images gives "
                + "\(NumberText.significant(Double(calibrated))). \(rule)"
        }
        let count = category.calibrationScores.count
        let source = count > 0 ? " from \(counted(count, "score")) of held-out normal images" : ""
        let expectation = category.expectedShares.map { shares in
            " by the prices of false alarms and misses (expected: \(percent(shares.falseAlarms)) false alarms, "
                + "\(percent(shares.misses)) of synthetic defects missed)"
        }
        return "Calibrated\(source)\(expectation ?? ""): \(value). \(rule)"
    }

    private func percent(_ share: Double) -> String { NumberText.fixed(100 * share, decimals: 1) + " %" }

    private var confusionTable: HTML {
        let counts = category.confusion
        return HTML("table", ["class": "confusion"]) {
            HTML("thead") {
                HTML("tr") {
                    HTML("td") {}
                    HTML("th", ["scope": "col"]) { "called normal" }
                    HTML("th", ["scope": "col"]) { "called anomalous" }
                }
            }
            HTML("tbody") {
                HTML("tr") {
                    HTML("th", ["scope": "row"]) { "normal" }
                    cell("tn", counts?.trueNegatives)
                    cell("fp", counts?.falsePositives)
                }
                HTML("tr") {
                    HTML("th", ["scope": "row"]) { "anomalous" }
                    cell("fn", counts?.falseNegatives)
                    cell("tp", counts?.truePositives)
                }
            }
        }
    }

    private func cell(_ cssClass: String, _ count: Int?) -> HTML {
        HTML("td", ["class": cssClass]) { count.map(String.init) ?? NumberText.missing }
    }

    private var rates: HTML {
        func rate(_ cssClass: String, _ name: String, _ meaning: String, _ value: Double?) -> HTML {
            HTML("div", ["title": meaning]) {
                HTML("dt") { name }
                HTML("dd", ["class": cssClass]) { NumberText.fraction(value) }
            }
        }
        let counts = category.confusion
        return HTML("dl", ["class": "rates"]) {
            rate(
                "precision", "Precision", "Fraction of the images called anomalous that are anomalous",
                counts?.precision)
            rate("recall", "Recall", "Fraction of the anomalous images called anomalous", counts?.recall)
            rate("alarms", "False-alarm rate", "Fraction of the normal images called anomalous", counts?.falseAlarmRate)
        }
    }

    private var unlabelledLine: HTML {
        let total = category.unlabelledScores.count { $0.isFinite }
        return HTML("p") {
            HTML("b", ["class": "flagged"]) { category.flaggedCount.map { "\($0.flagged)" } ?? NumberText.missing }
            " of \(counted(total, "image")) without ground truth called anomalous"
        }
    }

    /// Valid at the initial threshold only. The page's script hides it at any other.
    private var uncertainLine: HTML {
        guard let count = category.uncertainCount, count > 0 else { return .empty }
        return HTML("p", ["class": "uncertain-line"]) {
            HTML("b") { "\(count)" }
            " uncertain \(count == 1 ? "verdict needs" : "verdicts need") review"
        }
    }

    /// The command and the manifest setting for the chosen threshold. The page's script fills in its value.
    private var application: HTML {
        guard category.modelFile != nil else { return .empty }
        return HTML("div", ["class": "application", "hidden": ""]) {
            HTML("p", ["class": "note"]) {
                "To score images with this threshold, run in the report's folder, with your image folder for IMAGES:"
            }
            HTML("pre") { HTML("code", ["class": "command"]) {} }
            HTML("p", ["class": "note"]) {
                "To use it in the next run of the job, set in the manifest: "
                HTML("code", ["class": "setting"]) {}
            }
        }
    }

    /// The finite scores, ascending, as little-endian float32 in base64: exact, and half as long as text.
    static func encode(_ scores: [Float]) -> String? {
        let finite = scores.filter(\.isFinite).sorted()
        guard !finite.isEmpty else { return nil }
        let bytes = finite.flatMap { score in (0..<4).map { UInt8(truncatingIfNeeded: score.bitPattern >> (8 * $0)) } }
        return Data(bytes).base64EncodedString()
    }
}
