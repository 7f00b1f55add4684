import Imaging
import NeuralNetworks
import SeededRandom
import Testing
import VerdictStatistics

@testable import AnomalyDetection

@Suite("Scoring")
struct ScoringTests {
    /// Computed with numpy.quantile(scores, share), whose default is Hyndman and Fan's type 7.
    @Test(
        "Quantiles equal those of NumPy",
        arguments: [
            ([5], 0.3, 5), ([1, 2], 0.25, 1.25), ([4, 1, 3, 2], 0.5, 2.5), ([4, 1, 3, 2], 0.9, 3.7),
            ([4, 1, 3, 2], 0, 1), ([4, 1, 3, 2], 1, 4), ([10, 20, 40, 80, 160], 0.6, 56), ([7, 7, 7], 0.99, 7),
            ([-3, 0, 1, 8, 9, 30], 0.95, 24.75),
        ] as [([Float], Float, Float)])
    func quantiles(_ scores: [Float], _ share: Float, _ expected: Float) {
        let calibration = Calibration(scores: scores, quantile: share)
        #expect(abs(calibration.threshold - expected) < 1e-5 * max(1, abs(expected)))
        #expect(calibration.scores == scores.sorted())
    }

    @Test("Normalised scores are 0 at the median, 1 at the threshold and higher for anomalies")
    func normalization() {
        let calibration = Calibration(scores: [1, 2, 3, 4, 5], quantile: 1)
        #expect(calibration.normalized(3) == 0)
        #expect(calibration.normalized(5) == 1)
        #expect(calibration.normalized(9) == 3)
        #expect(calibration.isAnomaly(5))
        #expect(!calibration.isAnomaly(4.99))
        // Equal scores have no spread, but still give finite numbers.
        for score: Float in [0, 2] {
            let flat = Calibration(scores: [score, score], quantile: 0.9)
            #expect(flat.normalized(score) == 0)
            #expect(flat.normalized(score + 1) > 1)
        }
    }

    @Test("The mean of the highest pixels is that of a sorted map to the bit", arguments: [1, 2, 9, 1000, 70_000])
    func highestPixels(count: Int) {
        var generator = SeededGenerator(seed: 1, stream: "highest", UInt64(count))
        // Many equal values, rising and falling runs.
        let random = (0..<count).map { _ in generator.uniform(0, 1) }
        let steps = random.map { ($0 * 10).rounded() / 7 }
        for map in [random, random.sorted(), random.sorted(by: >), steps, random.map { _ in 0.5 }] {
            for share: Float in [0, 0.02, 0.5, 0.99, 1] {
                let scoring = ScoringParameters(boxSize: 1, boxPasses: 0, imageScore: .topK, topFraction: share)
                let wanted = max(1, Int((share * Float(count)).rounded()))
                let sum = map.sorted(by: >).prefix(wanted).reduce(0.0) { $0 + Double($1) }
                #expect(scoring.score(map) == Float(sum / Double(wanted)))
            }
        }
        let scoring = ScoringParameters(boxSize: 1, boxPasses: 0, imageScore: .topK, topFraction: 0.5)
        #expect(scoring.score(random + [.nan]).isNaN && scoring.score([.infinity] + random) == .infinity)
    }

    @Test("A robust threshold lies above a few scores and hardly moves for one outlier")
    func robustThreshold() {
        let usual: [Float] = [0.9, 0.95, 1, 1.02, 1.08, 1.1], odd = usual.dropLast() + [9]
        let robust = Calibration(scores: usual, quantile: 0.99, estimate: .robust)
        #expect(robust.threshold > 1.1 && robust.threshold < 2)
        #expect(Calibration(scores: Array(odd), quantile: 0.99, estimate: .robust).threshold < 1.1 * robust.threshold)
        #expect(Calibration(scores: Array(odd), quantile: 0.99, estimate: .empirical).threshold > 8)
        // Twelve scores of six images count as six.
        let doubled = Calibration(scores: usual + usual, images: 6, quantile: 0.99, estimate: .robust)
        #expect(doubled.threshold == robust.threshold)
        // Many training images with the same spread narrow the bound, whatever their level.
        let certain = Calibration(
            scores: usual, trainingScores: (0..<10).flatMap { _ in usual.map { $0 / 3 } }, quantile: 0.99,
            estimate: .robust)
        #expect(certain.threshold > 1.1 && certain.threshold < robust.threshold)
    }

    /// Scores of held-out images as detectors give them: squared errors, distances, distances minus densities, and
    /// means of standardised maps.
    @Test(
        "Thresholds and normalised scores are defined for the scores of every detector",
        arguments: [
            ([3e-5, 3.6e-5, 2.5e-5, 4e-5, 2.7e-5, 3.2e-5], .logarithmic),
            ([11, 12, 14, 11.5, 12.2, 13], .logarithmic), ([-0.4, 0.3, 0.1, -0.1, 0.2, -0.25], .linear),
            ([-3.1, -2.8, -2.9, -3.3, -2.7, -3], .linear), ([0, 0.02, -0.02, 0.01, -0.01, 0.03], .linear),
            ([5, 5.5, 6, 5.2, 5.4, 5.1], .linear),
        ] as [([Float], ScoreScale)], [Calibration.Estimate.robust, .empirical])
    func scales(_ given: (scores: [Float], scale: ScoreScale), _ estimate: Calibration.Estimate) throws {
        func calibration(_ chosen: Float? = nil, moved: Float = 0) -> Calibration {
            Calibration(
                scores: given.scores.map { $0 + moved }, quantile: 0.99, estimate: estimate, scale: given.scale,
                chosenThreshold: chosen)
        }
        let usual = calibration(), highest = given.scores.max()!, spread = highest - given.scores.min()!
        #expect(estimate == .empirical || usual.threshold > highest, "the bound is defined")
        #expect(usual.normalized(usual.median) == 0 && abs(usual.normalized(usual.threshold) - 1) < 1e-5)
        if given.scale == .linear {
            #expect(abs(calibration(moved: 8).threshold - 8 - usual.threshold) < 1e-4, "zero means nothing")
        }
        // A person's threshold of any sign, also at the median and below.
        for chosen in [usual.median, usual.median - spread, 0, -1, 1e3] as [Float] {
            let set = calibration(chosen)
            #expect(set.threshold == chosen && set.isAnomaly(chosen) && !set.isAnomaly(chosen.nextDown))
            let normalized = [-1e30, usual.median - spread, usual.median, highest, 1e30].map(set.normalized)
            #expect(normalized.allSatisfy(\.isFinite) && normalized == normalized.sorted())
            if chosen <= highest { #expect(normalized[3] > 0 && normalized[3] < 20, "the unit is about the spread") }
            let rule = try VerdictConfidence(
                calibrationScores: set.scores, threshold: set.threshold, scale: set.scale)
            #expect(rule.isUncertain(chosen) && rule.confidence(in: .greatestFiniteMagnitude) > 0.99)
        }
    }

    @Test("Equal scores about zero have the unit 0.1 on the linear scale, and finite numbers on the logarithmic one")
    func scoresWithoutSpread() {
        let zero = Calibration(scores: [0], quantile: 0.99, estimate: .robust, scale: .linear)
        #expect(zero.normalized(0.2) == 2 && zero.normalized(-0.1) == -1)
        let dark = Calibration(scores: [0, 0], quantile: 0.99, estimate: .robust)
        #expect(dark.normalized(1e30) == .greatestFiniteMagnitude)
    }

    @Test("Where the robust threshold is undefined, the quantile is used")
    func undefinedRobustThreshold() {
        for (scores, quantile) in [([2, 2, 2, 3], 0.9), ([0, 1, 2], 0.9), ([5], 0.99), ([1, 2, 3], 1)]
            as [([Float], Float)]
        {
            let robust = Calibration(scores: scores, quantile: quantile, estimate: .robust)
            #expect(robust.threshold == Calibration(scores: scores, quantile: quantile).threshold)
        }
    }

    @Test(
        "A map is reduced to a score",
        arguments: [
            (.sum, 0, 10), (.mean, 0, 2), (.max, 0, 5), (.topK, 0.4, 4.5), (.topK, 0, 5), (.topK, 1, 2),
            (.topK, 0.3, 4.5),
        ] as [(ScoringParameters.ImageScore, Float, Float)])
    func imageScores(_ score: ScoringParameters.ImageScore, _ topFraction: Float, _ expected: Float) {
        let scoring = ScoringParameters(boxSize: 1, boxPasses: 0, imageScore: score, topFraction: topFraction)
        #expect(scoring.score([1, 5, 0, 4, 0]) == expected)
    }

    @Test("Sums over large maps keep small values")
    func largeMaps() {
        let map = [Float](repeating: 0.1, count: 1 << 22)
        let scoring = ScoringParameters(boxSize: 1, boxPasses: 0, imageScore: .sum, topFraction: 0)
        #expect(abs(scoring.score(map) - 419_430.4) < 0.1)
    }

    @Test(
        "Results do not depend on the batch or the number of threads, bit by bit",
        arguments: NetworkEngine.Kind.allCases)
    func batchesDoNotMatter(_ kind: NetworkEngine.Kind) throws {
        let network = NetworkArchitecture.sdcCCM.description(baseWidth: 4)
        let images = (0..<5).map { CorruptionTestImages.weave(width: 32, height: 24, seed: UInt64($0 + 1)) }
        let scoring = ScoringParameters(boxSize: 5, boxPasses: 2, imageScore: .max, topFraction: 0.1)
        let payload = AutoencoderPayload(
            architecture: .sdcCCM, baseWidth: 4, parameters: network.initialParameters(seed: 2),
            normalization: PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: 0.2))
        func detector(threads: Int) throws -> Autoencoder {
            let engine = try NetworkEngine(
                kind, network: network, height: 24, width: 32, purpose: .inference, threads: threads)
            return try Autoencoder(engine: engine, payload, grid: TileGrid(width: 32, height: 24), scoring: scoring)
        }
        let together = try detector(threads: 2).detect(images, scoring)
        let alone = try detector(threads: 1)
        for (image, expected) in zip(images, together) {
            let detections = try alone.detect([image], scoring)
            #expect(detections.count == 1)
            #expect(detections.first?.picture == expected.picture && expected.picture != nil)
            #expect(detections.first?.map == expected.map)
            #expect(detections.first?.score == expected.score)
            #expect(expected.score == expected.map.values.max())
        }
        #expect(Set(together.map(\.score)).count == 5)
    }

    @Test("A map is the smoothed squared change of pixel values, averaged over channels")
    func definition() throws {
        // With only the output biases non-zero, the output is one colour: mean + deviation * bias.
        let network = NetworkArchitecture.sdc.description(baseWidth: 2)
        var parameters = [Float](repeating: 0, count: network.parameterCount)
        parameters.replaceSubrange(parameters.count - 3..<parameters.count, with: [1, 0, -1])
        let engine = try NetworkEngine(
            .openblas, network: network, height: 16, width: 24, purpose: .inference, threads: 1)
        var image = PlanarImage(width: 24, height: 16, channels: 3, repeating: 0)
        for (channel, level) in [Float(0.5), 0.25, 0.125].enumerated() {
            for pixel in 0..<384 { image.values[channel * 384 + pixel] = level }
        }
        image.values[8 * 24 + 12] += 0.3
        image.values[384 + 8 * 24 + 12] -= 0.6
        let scoring = ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .sum, topFraction: 0)
        let payload = AutoencoderPayload(
            architecture: .sdc, baseWidth: 2, parameters: parameters,
            normalization: PixelNormalization(mean: [0.375, 0.25, 0.25], deviation: 0.125))
        let detector = try Autoencoder(
            engine: engine, payload, grid: TileGrid(width: 24, height: 16), scoring: scoring)
        let detection = try #require(try detector.detect([image], scoring).first)
        #expect(abs(detection.score - 0.15) < 1e-5)
        #expect(detection.map.values.filter { abs($0 - 0.15 / 9) < 1e-6 }.count == 9)
        #expect(detection.map.values.filter { $0 == 0 }.count == 384 - 9)
        let picture = try #require(detection.picture)
        #expect(Array(picture.values[..<384]) == [Float](repeating: 0.5, count: 384))
    }
}
