/// The assessment of a category's model without labels.
public struct AssessmentReport: Sendable, Equatable {
    /// The separation of one kind of synthetic defects from normal images; metrics in 0...1.
    public struct Kind: Sendable, Equatable {
        public var name: String
        public var samples: Int
        public var imageAUROC, pixelAUROC, pixelAP, aupro: Double?

        public init(
            name: String, samples: Int, imageAUROC: Double?, pixelAUROC: Double?, pixelAP: Double?, aupro: Double?
        ) {
            (self.name, self.samples) = (name, samples)
            (self.imageAUROC, self.pixelAUROC, self.pixelAP, self.aupro) = (imageAUROC, pixelAUROC, pixelAP, aupro)
        }
    }

    /// The effect of a camera change on normal images.
    public struct Change: Sendable, Equatable {
        public var label: String
        /// In units of the distance from the median normal image to the threshold.
        public var scoreShift: Double
        /// The fraction of normal images above the threshold, 0...1.
        public var falseAlarms: Double
        public var imageAUROC: Double?

        public init(label: String, scoreShift: Double, falseAlarms: Double, imageAUROC: Double?) {
            (self.label, self.scoreShift) = (label, scoreShift)
            (self.falseAlarms, self.imageAUROC) = (falseAlarms, imageAUROC)
        }
    }

    /// A measure of the projection after and before training.
    public struct Measure: Sendable, Equatable {
        public var label: String
        public var after, before: Double

        public init(label: String, after: Double, before: Double) {
            (self.label, self.after, self.before) = (label, after, before)
        }
    }

    /// A detector that was compared with others.
    public struct Candidate: Sendable, Equatable {
        public var name: String
        public var criterion: Double
        public var imageAUROC, aupro: Double?
        public var isChosen: Bool

        public init(name: String, criterion: Double, imageAUROC: Double?, aupro: Double?, isChosen: Bool) {
            (self.name, self.criterion, self.isChosen) = (name, criterion, isChosen)
            (self.imageAUROC, self.aupro) = (imageAUROC, aupro)
        }
    }

    public var criterion: Double
    /// Empty if there was no choice.
    public var candidates: [Candidate]
    public var kinds: [Kind]
    public var changes: [Change]
    public var projection: [Measure]

    public init(
        criterion: Double, candidates: [Candidate] = [], kinds: [Kind], changes: [Change], projection: [Measure]
    ) {
        (self.criterion, self.candidates, self.kinds) = (criterion, candidates, kinds)
        (self.changes, self.projection) = (changes, projection)
    }
}

/// The assessment without labels, initially closed.
struct AssessmentSection {
    let assessment: AssessmentReport

    func render() -> HTML {
        HTML("details", ["class": "assessment"]) {
            HTML("summary") {
                HTML("h3") { "Assessment without labels" }
                HTML("span", ["class": "digest"]) { "criterion \(NumberText.fraction(assessment.criterion))" }
            }
            HTML("p", ["class": "note"]) {
                "Measured on held-out normal images, without any test image: detection of synthetic defects, "
                    + "robustness to camera changes"
                    + (assessment.projection.isEmpty
                        ? "." : ", and how closely the network acts as a projection onto normal images.")
            }
            if !assessment.candidates.isEmpty {
                HTML.table(
                    class: "figures", ["Detector", "Criterion", "Image AUROC", "AU-PRO 0.3"],
                    assessment.candidates.map { candidate in
                        [
                            candidate.name + (candidate.isChosen ? " (chosen)" : ""),
                            NumberText.fraction(candidate.criterion), NumberText.fraction(candidate.imageAUROC),
                            NumberText.fraction(candidate.aupro),
                        ]
                    })
            }
            HTML.table(
                class: "figures",
                ["Synthetic defects", "Samples", "Image AUROC", "Pixel AUROC", "Pixel AP", "AU-PRO 0.3"],
                assessment.kinds.map { kind in
                    [
                        kind.name, "\(kind.samples)", NumberText.fraction(kind.imageAUROC),
                        NumberText.fraction(kind.pixelAUROC), NumberText.fraction(kind.pixelAP),
                        NumberText.fraction(kind.aupro),
                    ]
                })
            HTML.table(
                class: "figures", ["Camera change", "Score shift", "False alarms", "Image AUROC of defects"],
                assessment.changes.map { change in
                    [
                        change.label, NumberText.fixed(change.scoreShift, decimals: 2),
                        NumberText.fixed(100 * change.falseAlarms, decimals: 0) + " %",
                        NumberText.fraction(change.imageAUROC),
                    ]
                })
            if !assessment.projection.isEmpty {
                HTML.table(
                    class: "figures", ["Projection", "After training", "Before"],
                    assessment.projection.map {
                        [$0.label, NumberText.fixed($0.after, decimals: 4), NumberText.fixed($0.before, decimals: 4)]
                    })
            }
        }
    }
}
