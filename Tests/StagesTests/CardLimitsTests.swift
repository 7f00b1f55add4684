import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Metrics
import Testing

@testable import Jobs
@testable import Stages

/// Tests each rule that turns card facts into limits, just inside and just outside its bound.
@Suite struct CardLimitsTests {
    /// Facts that trigger no rule.
    private static func harmless() throws -> ModelCard {
        func set(_ images: Int) -> ImageSet {
            ImageSet(
                images: images, listSHA256: Digest.of(text: ""),
                formats: [.init(format: "png", colour: "rgb", bitDepth: 8, images: images)],
                sizes: [.init(width: 256, height: 256, images: images)], distinctSizes: 1, resized: 0, stretched: 0,
                enlarged: 0, largestReduction: 1)
        }
        let inventory = ImageInventory(
            training: set(200), heldOut: set(99), test: set(80), normalSetAside: [:], testSetAside: [:], copies: 0,
            testCopies: 0, isGrey: false)
        var figures = DetectionMetrics()
        (figures.images.normal, figures.images.anomalous, figures.imageAUROC) = (40, 40, 1)
        var tests = TestMetrics(figures, [])
        tests.kinds = [
            .init(kind: "good", isAnomalous: false, images: 40, calledAnomalous: 0, uncertain: 0),
            .init(kind: "dent", isAnomalous: true, images: 40, calledAnomalous: 40, uncertain: 0),
        ]
        let recipe = try TrainingRecipe(try TinyDataSet().manifest())
        let training = TrainingFacts(
            recipe.training, corruption: recipe.corruption, augmentation: recipe.augmentation, candidates: 1,
            startedFrom: nil)
        let detection = Assessment.Detection(samples: 64, imageAUROC: 0.99, pixelAUROC: 0.9, pixelAP: 0.7)
        let projection = ProjectionMeasures(
            samples: [.init(clean: [1], corrupted: [0], mask: [1])], directions: [], project: { $0.map { _ in [1] } })
        var before = projection
        before.identityError = 1
        let assessment = Assessment(
            criterion: 0.9, normalImages: 64, normalScores: [], defectScores: [], falseAlarms: 0.01,
            recall: 0.95,
            detection: detection, kinds: ["nsa": detection],
            robustness: [
                .init(change: .darker, label: "brightness x 0.9", scoreShift: 0.1, falseAlarms: 0.02, imageAUROC: 0.9)
            ],
            projection: projection, projectionBeforeTraining: before)
        let known = CardFacts(
            try TinyDataSet().manifest(), name: "bolt", category: "bolt", recipe: recipe, textures: nil, candidates: 1,
            stages: [])
        return ModelCard(
            model: .init(
                category: "bolt", case: "bolt", job: "tiny", sha256: Digest.of(text: ""), formatVersion: 4,
                detector: "ssae", facts: [], width: 256, height: 256, tileWidth: 256, tileHeight: 256, tileOverlap: 0,
                preset: nil,
                scoring: .init(ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0.01))),
            program: known.program, intendedUse: .init(whatItDoes: [], outOfScope: []),
            data: DataFacts(inventory, known), training: training,
            threshold: ThresholdFacts(
                Calibration(scores: (0..<99).map { Float($0) }, quantile: 0.99), tolerance: 3, uncertain: nil),
            testMetrics: tests, assessment: AssessmentFacts(assessment),
            drift: [
                CardDrift(
                    name: "Warmth", normalImages: 50, testImages: 50, distance: 0.1, probability: 1, normalMedian: 0,
                    testMedian: 0, isChange: false)
            ],
            limits: [], statedByOwner: known.statements)
    }

    private func rules(_ change: (inout ModelCard) -> Void) throws -> [String] {
        var card = try CardLimitsTests.harmless()
        change(&card)
        return CardLimits(card).limits.map(\.rule)
    }

    @Test("A faultless model has no limits")
    func none() throws { #expect(try rules { _ in } == []) }

    @Test("A target of 1 % needs 99 held-out images; 98 give a limit")
    func heldOut() throws {
        var card = try CardLimitsTests.harmless()
        card.threshold.heldOutImages = 98
        let limits = CardLimits(card).limits
        #expect(limits.map(\.rule) == ["fewHeldOutImages"] && limits[0].figures["heldOutImages"] == 98)
        card.threshold.heldOutImages = 19
        #expect(
            CardLimits(card).limits[0].text
                == "The threshold rests on 19 held-out normal images. A new normal image scores above the highest of so few "
                + "with a chance of 5 %, so the target of 1 % false alarms is an extrapolation by the method empirical; to "
                + "see it, 99 would be needed.")
        card.threshold.targetFalseAlarmRate = 0
        #expect(CardLimits(card).limits[0].rule == "fewHeldOutImages")
    }

    @Test("False alarms are a limit if chance does not explain them")
    func falseAlarms() throws {
        // Of 40 images at a rate of 1 %, the probability of at least one false alarm is 0.33, of two 0.06, of three
        // 0.007.
        #expect(try rules { $0.testMetrics.kinds[0].calledAnomalous = 2 } == [])
        #expect(try rules { $0.testMetrics.kinds[0].calledAnomalous = 3 } == ["falseAlarms"])
        #expect(try rules { $0.testMetrics.kinds[0].uncertain = 1 } == ["uncertainVerdicts"])
    }

    @Test("Missed defects are reported by kind")
    func defects() throws {
        #expect(try rules { $0.testMetrics.kinds[1].calledAnomalous = 39 } == ["missedTestDefects"])
        #expect(try rules { $0.assessment.recall = 0.79 } == ["missedSyntheticDefects"])
        #expect(try rules { $0.assessment.kinds["nsa"]?.imageAUROC = 0.9 } == [])
        #expect(try rules { $0.assessment.kinds["nsa"]?.imageAUROC = 0.89 } == ["weakSyntheticKind"])
        #expect(try rules { $0.assessment.kinds["nsa"]?.imageAUROC = nil } == [])
    }

    @Test("Camera changes are reported by added false alarms, else by the score shift")
    func changes() throws {
        #expect(try rules { $0.assessment.cameraChanges[0].falseAlarms = 0.06 } == ["cameraChange"])
        #expect(try rules { $0.assessment.cameraChanges[0].falseAlarms = 0.05 } == [])
        #expect(try rules { $0.assessment.cameraChanges[0].scoreShift = -0.5 } == ["cameraShift"])
        #expect(try rules { $0.drift[0].isChange = true } == ["drift"])
        var card = try CardLimitsTests.harmless()
        card.assessment.cameraChanges[0].falseAlarms = 0.42
        #expect(
            CardLimits(card).limits[0].text
                == "A change of the camera (brightness x 0.9) raises false alarms from 1 % to 42 % (12 held-out images)."
        )
    }

    @Test("Resizing, grey images and tiles are reported")
    func images() throws {
        #expect(try rules { $0.data.training.resized = 1 } == ["resized"])
        #expect(try rules { $0.data.heldOut.stretched = 1 } == ["stretched"])
        #expect(try rules { $0.data.training.enlarged = 1 } == ["enlarged"])
        #expect(try rules { $0.data.training.formats[0].colour = "grey" } == [])
        #expect(try rules { $0.data.isGrey = true } == ["noColour"])
        #expect(try rules { $0.model.tileWidth = 128 } == ["tiles"])
        #expect(try rules { $0.model.frame = ObjectFrame(width: 1, height: 0.5) } == ["frame"])
        #expect(try rules { $0.model.region = .auto } == ["region"])
        #expect(try rules { $0.data.normalSetAside = ["damaged": 2] } == ["setAside"])
    }

    @Test("Limits of labels and training are reported")
    func making() throws {
        #expect(try rules { $0.testMetrics.isMeasured = false } == ["notMeasured"])
        #expect(try rules { $0.testMetrics.images.normal = 19 } == ["fewTestImages"])
        #expect(try rules { $0.data.testCopies = 1 } == ["testCopies"])
        #expect(try rules { $0.data.training.images = 49 } == ["fewTrainingImages"])
        #expect(try rules { $0.training?.startedFrom = Digest.of(text: "") } == ["warmStart"])
        #expect(try rules { $0.model.preset = "object" } == ["presetObject"])
        #expect(try rules { $0.model.preset = "texture" } == ["presetTexture"])
        #expect(try rules { $0.assessment.identityError = 0.51 } == ["littleTraining"])
        // A detector that makes no images has no identity error.
        #expect(try rules { ($0.assessment.identityError, $0.assessment.identityErrorBefore) = (nil, nil) } == [])
    }

    @Test("Every limit has figures and a sentence")
    func figures() throws {
        var card = try CardLimitsTests.harmless()
        card.threshold.heldOutImages = 3
        card.testMetrics.kinds[0].calledAnomalous = 9
        card.assessment.recall = 0
        card.data.training.resized = 200
        card.data.training.largestReduction = 3.9
        card.model.preset = "object"
        let limits = CardLimits(card).limits
        #expect(limits.count == 5)
        for limit in limits {
            #expect(!limit.figures.isEmpty && limit.text.hasSuffix(".") && !limit.text.contains("  "), "\(limit)")
            #expect(limit.figures.values.allSatisfy { $0.isFinite })
        }
    }

    @Test("Number formats do not depend on the locale")
    func numbers() {
        #expect(CardNumber.percent(0.01) == "1 %" && CardNumber.percent(0.0123) == "1.2 %")
        #expect(
            CardNumber.percent(0.4167) == "42 %" && CardNumber.percent(0) == "0 %" && CardNumber.percent(1) == "100 %")
        #expect(CardNumber.fixed(-0.001, 2) == "0.00" && CardNumber.fixed(-0.126, 2) == "-0.13")
        #expect(CardNumber.significant(0.00123456) == "0.001235" && CardNumber.significant(2) == "2")
    }

    @Test("Any text is shown verbatim in Markdown")
    func escaping() {
        #expect(MarkdownText.escaped("Größe 検査 1.5-2 %") == "Größe 検査 1.5-2 %")
        #expect(MarkdownText.escaped("a|b<c>&`d`") == "a\\|b&lt;c&gt;&amp;\\`d\\`")
        #expect(MarkdownText.escaped("[x](y) *b* _i_ $m$") == "\\[x\\](y) \\*b\\* \\_i\\_ \\$m\\$")
        #expect(MarkdownText.escaped("a\nb\u{2028}c\u{202E}d\u{7F}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}")
        #expect(MarkdownText.escaped("http://a www.b") == "http:\\//a www\\.b")
        #expect(
            MarkdownText.table(["A", "B"], [["x", .code("ff")]]) == "| A | B |\n|---|---|\n| x | `ff` |")
    }
}
