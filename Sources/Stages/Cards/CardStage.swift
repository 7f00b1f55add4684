import AnomalyDetection
import ContentStore
import Metrics
import Pipeline
import VerdictStatistics
import Wording

/// Writes a model's card as JSON and Markdown, from the results of other tasks and the facts of the job.
///
/// Inputs: `model`, `inventory`, `training` (the curve) and `assessment`; `metrics` and `scores` if there are test
/// images; `drift` if they were compared with normal images.
package struct CardStage: Stage {
    package static let name = ContentStore.cardStage
    /// History: 1 = first; 2 = states if the data set is grey; 3 = thresholds set by a person; 4 = detectors of any
    /// kind; 5 = how the detector works, training only of what was trained; 6 = frame around the object; 7 = region of
    /// interest; 8 = open ranges of uncertain verdicts, small shares, plainer words.
    package static let version = 8

    var known: CardFacts

    package init(known: CardFacts) {
        self.known = known
    }

    package var outputs: [String] { ["card.json", "card.md"] }

    package func run(_ context: TaskContext) throws {
        let card = try card(context)
        try context.write(try StageJSON.pretty(card), to: "card.json")
        try context.write(Array(CardMarkdown(card).text.utf8), to: "card.md")
    }

    private func card(_ context: TaskContext) throws -> ModelCard {
        let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        let calibration = model.calibration
        let figures =
            context.hasInput("metrics") ? try context.readJSON(CategoryMetrics.self, "metrics").figures : nil
        // Empty for a detector without a training curve.
        let curve = try context.readJSON([TrainingPoint].self, "training")
        let scores = context.hasInput("scores") ? try context.readJSON(ScoreIndex.self, "scores").entries : []
        let uncertain = try calibration.confidence(tolerance: known.tolerance).uncertainRange
        var card = ModelCard(
            model: ModelCard.Details(
                category: model.name, case: known.name, job: known.job, sha256: context.inputDigest("model"),
                formatVersion: Model.format.version,
                detector: model.kind, facts: try model.detectorFacts(name: "\(context.task) model"),
                width: model.grid.width, height: model.grid.height,
                tileWidth: model.grid.tileWidth, tileHeight: model.grid.tileHeight, tileOverlap: model.grid.overlap,
                frame: model.frame, region: model.region?.kind,
                preset: known.preset, scoring: ModelCard.Scoring(model.scoring)),
            program: known.program, intendedUse: ModelCard.IntendedUse(whatItDoes: [], outOfScope: []),
            data: DataFacts(try context.readJSON(ImageInventory.self, "inventory"), known),
            training: curve.isEmpty ? nil : known.training?.took(curve),
            threshold: ThresholdFacts(calibration, tolerance: known.tolerance, uncertain: uncertain),
            testMetrics: TestMetrics(figures, scores),
            assessment: AssessmentFacts(try context.readJSON(Assessment.self, "assessment")),
            drift: context.hasInput("drift") ? CardStage.drift(try context.readJSON(DriftRecord.self, "drift")) : [],
            limits: [], statedByOwner: known.statements)
        card.intendedUse = ModelCard.IntendedUse(
            card, explanation: try DetectorKinds.named(model.kind, in: "\(context.task) model").explanation)
        card.limits = CardLimits(card).limits
        return card
    }

    private static func drift(_ record: DriftRecord) -> [CardDrift] {
        return DriftTest.measures([DriftTest(record)])[0].map {
            CardDrift(
                name: $0.name, normalImages: $0.normal.count, testImages: $0.tested.count, distance: $0.distance,
                probability: $0.probability, normalMedian: median($0.normal), testMedian: median($0.tested),
                isChange: $0.isChange)
        }
    }
}

extension CardLimits {
    /// - Parameter card: a card without limits.
    init(_ card: ModelCard) {
        self.init(
            details: card.model, data: card.data, training: card.training, threshold: card.threshold,
            tests: card.testMetrics, assessment: card.assessment, drift: card.drift)
    }
}

extension ModelCard.IntendedUse {
    /// Derives the statements of intended use from the facts of a card.
    ///
    /// - Parameter explanation: the sentence of the detector's kind.
    init(_ card: ModelCard, explanation: String) {
        let category = card.data.category
        let count = counted(card.data.training.images, "normal image")
        whatItDoes = [
            "It says how far an image of \"\(category)\" departs from the \(count) of it that it was made from: by an anomaly map "
                + "of the size of the image, a score, and the verdict normal or anomalous.",
            explanation,
        ]
        outOfScope = [
            "It does not say what kind of defect it sees, and was shown none: no anomalous image took part in training or in "
                + "the threshold.",
            "Images of anything but \"\(category)\", and of another camera, light or distance than those of the training "
                + "images, are outside of what its scores and verdicts mean.",
        ]
    }
}
