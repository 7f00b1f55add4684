import Foundation

/// The verdicts at a threshold that can be moved, with the scores that the page's script counts them from.
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
                "data-command": category.modelFile.map { "nominal score --model \(Self.shellWord($0)) --threshold" },
            ]
        ) {
            HTML("h4") { "Verdicts at the threshold" }
            origin
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
                if category.isLabelled { confusionTable }
                if !category.unlabelledScores.isEmpty { unlabelledLine }
                uncertainLine
            }
            application
        }
    }

    /// How to judge images by the threshold that is chosen; the page's script fills in the value.
    private var application: HTML {
        guard category.modelFile != nil else { return .empty }
        return HTML("div", ["class": "application", "hidden": ""]) {
            HTML("p", ["class": "note"]) {
                "To judge images by this threshold, run this in the folder of the report, with the folder of the images at its end:"
            }
            HTML("pre") { HTML("code", ["class": "command"]) {} }
            HTML("p", ["class": "note"]) {
                "For the next run of the job, its manifest says "
                HTML("code", ["class": "setting"]) {}
            }
        }
    }

    /// A word that a shell takes as it is.
    private static func shellWord(_ text: String) -> String {
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/".contains($0)) }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    /// The slider below the histogram, as wide as the plot, so that its thumb stands under the line.
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

    private var origin: HTML {
        guard let threshold = category.threshold else {
            return HTML("p", ["class": "note"]) { "No threshold was calibrated. Choose one to see its verdicts." }
        }
        if let calibrated = category.calibratedThreshold {
            return HTML("p", ["class": "note"]) {
                "Set by a person in the manifest: \(NumberText.significant(Double(threshold))); the held-out normal images give "
                    + "\(NumberText.significant(Double(calibrated))). Scores from it upwards count as anomalous."
            }
        }
        let count = category.calibrationScores.count
        let source =
            count > 0 ? ", set from \(NumberText.plural(count, "score", "scores")) of held-out normal images" : ""
        return HTML("p", ["class": "note"]) {
            "Calibrated: \(NumberText.significant(Double(threshold)))\(source). Scores from it upwards count as anomalous."
        }
    }

    private var confusionTable: HTML {
        let counts = category.confusion
        return .fragment([
            HTML("table", ["class": "confusion"]) {
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
            },
            HTML("dl", ["class": "rates"]) {
                rate("precision", "Precision", "Share of the images called anomalous that are", counts?.precision)
                rate("recall", "Recall", "Share of the anomalous images that are found", counts?.recall)
                rate(
                    "alarms", "False-alarm rate", "Share of the normal images called anomalous", counts?.falseAlarmRate)
            },
        ])
    }

    private var unlabelledLine: HTML {
        let total = category.unlabelledScores.count { $0.isFinite }
        return HTML("p") {
            HTML("b", ["class": "flagged"]) { category.flaggedCount.map { "\($0.flagged)" } ?? NumberText.missing }
            " of \(NumberText.plural(total, "image", "images")) without ground truth called anomalous"
        }
    }

    /// At the calibrated threshold alone; the page's script hides it where another one is chosen.
    private var uncertainLine: HTML {
        guard let count = category.uncertainCount, count > 0 else { return .empty }
        return HTML("p", ["class": "uncertain-line"]) {
            HTML("b") { "\(count)" }
            " \(count == 1 ? "verdict is" : "verdicts are") uncertain: a person should look"
        }
    }

    private func cell(_ cssClass: String, _ count: Int?) -> HTML {
        HTML("td", ["class": cssClass]) { count.map(String.init) ?? NumberText.missing }
    }

    private func rate(_ cssClass: String, _ name: String, _ meaning: String, _ value: Double?) -> HTML {
        HTML("div", ["title": meaning]) {
            HTML("dt") { name }
            HTML("dd", ["class": cssClass]) { NumberText.fraction(value) }
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
