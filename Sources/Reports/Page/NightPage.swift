/// The content of ``NightPage``: one night of retraining.
public struct NightReport: Sendable, Equatable {
    /// An image in quarantine.
    public struct Suspect: Sendable, Equatable {
        /// The number that commands use for it.
        public var number: Int64
        public var file: String
        /// 0 for the median normal image, 1 at the threshold; see `Calibration.normalized`.
        public var score: Double?
        /// The anomaly map over the image; `nil` if it is no longer stored.
        public var picture: Picture?
        /// In words; `nil` if the decision is pending.
        public var decision: String?

        public init(number: Int64, file: String, score: Double?, picture: Picture?, decision: String?) {
            (self.number, self.file, self.score, self.picture) = (number, file, score, picture)
            self.decision = decision
        }
    }

    /// One criterion of the gate.
    public struct Criterion: Sendable, Equatable {
        public var name: String
        /// The values of the model in production (or the anchor) and of the new model.
        public var former, challenger: Double?
        public var rule: String
        public var probability: Double?
        public var isWorse: Bool

        public init(
            name: String, former: Double?, challenger: Double?, rule: String, probability: Double?, isWorse: Bool
        ) {
            (self.name, self.former, self.challenger, self.rule) = (name, former, challenger, rule)
            (self.probability, self.isWorse) = (probability, isWorse)
        }
    }

    public var title: String
    /// A sentence.
    public var outcome: String
    public var facts: [Fact]
    /// Empty if nothing was compared.
    public var criteria: [Criterion]
    public var suspectCount: Int
    /// The suspects with the highest scores.
    public var suspects: [Suspect]
    /// Images excluded for other reasons: rows of file and reason.
    public var leftOut: [[String]]
    /// Empty without new images.
    public var drift: [DriftMeasure]

    public init(
        title: String, outcome: String, facts: [Fact], criteria: [Criterion], suspectCount: Int,
        suspects: [Suspect],
        leftOut: [[String]], drift: [DriftMeasure]
    ) {
        (self.title, self.outcome, self.facts, self.criteria) = (title, outcome, facts, criteria)
        (self.suspectCount, self.suspects, self.leftOut, self.drift) = (suspectCount, suspects, leftOut, drift)
    }
}

/// The page of one night of retraining.
public enum NightPage {
    /// Returns the page as UTF-8 text. Equal reports give equal text, and markup in their strings is escaped.
    public static func render(_ report: NightReport) -> String {
        HTMLPage(title: report.title, description: report.outcome, facts: report.facts).render {
            gate(report.criteria)
            quarantine(report)
            if !report.leftOut.isEmpty {
                HTML("section") {
                    HTML("h2") { "Excluded images" }
                    HTML.scrolling("Excluded images", HTML.textTable(["Image", "Reason"], report.leftOut))
                }
            }
            if !report.drift.isEmpty {
                HTML("section") {
                    HTML("h2") { "New images compared with the base set" }
                    DriftSection(measures: report.drift, tested: .new).render()
                }
            }
        }
    }

    private static func gate(_ criteria: [NightReport.Criterion]) -> HTML {
        HTML("section") {
            HTML("h2") { "Gate" }
            if criteria.isEmpty {
                HTML("p", ["class": "empty"]) { "No model was trained, so nothing was compared." }
            } else {
                HTML.scrolling(
                    "Gate",
                    HTML("table", ["class": "comparison"]) {
                        HTML.tableHead(
                            ["Criterion", "Before", "New", "p-value"], texts: ["Worse if it", "Verdict"])
                        HTML("tbody") { for criterion in criteria { row(criterion) } }
                    })
                HTML("p", ["class": "note"]) {
                    "All models are tested on the same held-out normal images and the same synthetic defects in them, each "
                        + "at its own threshold. The criterion of assessments needs no threshold. The anchor is a fixed "
                        + "reference model; all other rows compare with the model in production."
                }
            }
        }
    }

    private static func row(_ criterion: NightReport.Criterion) -> HTML {
        HTML("tr") {
            HTML("th", ["scope": "row"]) { criterion.name }
            HTML("td") { NumberText.metric(criterion.former) }
            HTML("td", ["class": criterion.isWorse ? "marked" : nil]) { NumberText.metric(criterion.challenger) }
            HTML("td") { criterion.probability.map(NumberText.probability) ?? NumberText.missing }
            HTML("td", ["class": "text"]) { criterion.rule }
            HTML("td", ["class": "text"]) { criterion.isWorse ? "worse" : "not worse" }
        }
    }

    private static func quarantine(_ report: NightReport) -> HTML {
        let suspects = report.suspects
        return HTML("section") {
            HTML("h2") { "Quarantine" }
            if suspects.isEmpty {
                HTML("p", ["class": "empty"]) { "No new image looked like a defect." }
            } else {
                HTML("p", ["class": "note"]) {
                    "New images that the model in production takes for defects, with its anomaly map; its threshold is at "
                        + "score 1, or less if held-out scores hardly differ. They are excluded from training until somebody accepts them."
                        + (suspects.count < report.suspectCount
                            ? " Shown are the \(suspects.count) highest scores of \(report.suspectCount)." : "")
                }
                HTML("ul", ["class": "suspects"]) { for suspect in suspects { item(suspect) } }
            }
        }
    }

    private static func item(_ suspect: NightReport.Suspect) -> HTML {
        HTML("li") {
            if let picture = suspect.picture { picture.html("Anomaly map over \(suspect.file)") }
            HTML("div") { HTML("bdi") { "\(suspect.number): \(suspect.file)" } }
            HTML("div", ["class": "note"]) {
                "score \(suspect.score.map { NumberText.fixed($0, decimals: 2) } ?? NumberText.missing), "
                    + (suspect.decision ?? "awaiting a decision")
            }
        }
    }
}
