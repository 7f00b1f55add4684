import Foundation
import SeededRandom
import Testing

@testable import NeuralNetworks
@testable import Tensors

@Suite("Segmentation network")
struct SegmentationNetworkTests {
    /// Random images of six channels. Sample 1 is wholly normal, sample 2 wholly corrupted.
    static func batch(count: Int, height: Int, width: Int, seed: UInt64) -> TrainingBatch {
        let batch = TrainingBatch(.crossEntropy, count: count, channels: 6, height: height, width: width)
        for sample in 0..<count {
            var generator = SeededGenerator(seed: seed, stream: "pairs", UInt64(sample))
            let mask = (0..<height * width).map { pixel -> UInt8 in
                sample == 1 ? 0 : sample == 2 ? 1 : pixel % width < width / 2 ? 1 : 0
            }
            let input = (0..<6 * height * width).map { generator.uniform() + 0.2 * Float(mask[$0 % mask.count]) }
            batch.set(sample, input: input, mask: mask)
        }
        return batch
    }

    static func engine(
        _ kind: NetworkEngine.Kind, base: Int, _ height: Int, _ width: Int, purpose: NetworkEngine.Purpose = .training,
        precision: Precision = .float32, threads: Int = 2
    ) throws -> NetworkEngine {
        try NetworkEngine(
            kind, network: .segmentation(baseWidth: base), height: height, width: width, purpose: purpose,
            precision: precision, threads: threads)
    }

    @Test("Logits and gradients of the engines agree", arguments: [(16, 64, 64), (5, 32, 48), (8, 40, 32)])
    func enginesAgree(_ base: Int, _ height: Int, _ width: Int) throws {
        let batch = Self.batch(count: 3, height: height, width: width, seed: 1)
        var logits: [[[Float]]] = [], gradients: [[Float]] = [], losses: [BatchLoss] = []
        for kind in NetworkEngine.Kind.allCases {
            let engine = try Self.engine(kind, base: base, height, width)
            try engine.load(engine.network.initialParameters(seed: 2))
            losses.append(engine.computeGradient(batch, lambda: 0.5))
            gradients.append(engine.gradientValues)
            let scorer = try Self.engine(kind, base: base, height, width, purpose: .inference)
            try scorer.load(engine.network.initialParameters(seed: 2))
            logits.append(scorer.reconstruct((0..<3).map(batch.input)))
        }
        for sample in 0..<3 {
            #expect(logits[0][sample].count == height * width)
            #expect(largestDifference(logits[0][sample], logits[1][sample]) < 2e-5)
        }
        #expect(abs(losses[0].total - losses[1].total) < 1e-5 * losses[1].total)
        #expect(norm(zip(gradients[0], gradients[1]).map { $0 - $1 }) < 1e-4 * norm(gradients[1]))
        #expect(norm(gradients[1]) > 1e-3)
    }

    @Test("Gradients agree with central differences of the objective", arguments: NetworkEngine.Kind.allCases)
    func gradientIsRight(_ kind: NetworkEngine.Kind) throws {
        let engine = try Self.engine(kind, base: 2, 16, 16, threads: 1)
        let batch = Self.batch(count: 3, height: 16, width: 16, seed: 3)
        try expectGradient(of: engine, engine.network.initialParameters(seed: 4), on: batch)
    }

    @Test("A constant logit z has the cross-entropies log(1 + e^z) outside and log(1 + e^-z) inside")
    func constantLogit() throws {
        let engine = try Self.engine(.openblas, base: 2, 16, 16)
        let batch = Self.batch(count: 3, height: 16, width: 16, seed: 5)
        for logit: Float in [-100, -2, 0, 0.5, 100] {
            var parameters = [Float](repeating: 0, count: engine.network.parameterCount)
            parameters[parameters.count - 1] = logit
            try engine.load(parameters)
            let loss = engine.computeGradient(batch, lambda: 0.25)
            let (outside, inside) = (softplus(Double(logit)), softplus(-Double(logit)))
            #expect(abs(loss.outside - outside) < 1e-5 * max(1, outside))
            #expect(abs(loss.inside - inside) < 1e-5 * max(1, inside))
            // One sample with both sides, one without corruption, one of nothing else.
            let mixed = 0.75 * outside + 0.25 * inside
            #expect(abs(loss.total - (mixed + outside + inside) / 3) < 1e-5 * max(1, loss.total))
        }
    }

    private func softplus(_ value: Double) -> Double {
        func series(_ small: Double) -> Double { small < 1e-9 ? small : log(1 + small) }
        return max(value, 0) + series(exp(-abs(value)))
    }

    @Test("Results do not depend on the number of threads", arguments: NetworkEngine.Kind.allCases)
    func threadsDoNotMatter(_ kind: NetworkEngine.Kind) throws {
        try expectSameBits(
            kind, .segmentation(baseWidth: 8), Self.batch(count: 11, height: 32, width: 32, seed: 6),
            threads: [1, 2, 3, 16])
    }

    @Test(
        "In bfloat16 the gradient points the same way",
        .enabled(if: OneDNN.hasBFloat16, "this processor does not support bfloat16"))
    func bfloat16() throws {
        let batch = Self.batch(count: 3, height: 64, width: 64, seed: 7)
        let gradients = try Precision.allCases.map { precision in
            let engine = try Self.engine(.onednn, base: 16, 64, 64, precision: precision)
            try engine.load(engine.network.initialParameters(seed: 4))
            _ = engine.computeGradient(batch, lambda: 0.5)
            return engine.gradientValues
        }
        let product = zip(gradients[0], gradients[1]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(product / (norm(gradients[0]) * norm(gradients[1])) > 0.995)
    }

    @Test("The loss of one batch falls to a third in forty steps", arguments: NetworkEngine.Kind.allCases)
    func learns(_ kind: NetworkEngine.Kind) throws {
        let engine = try Self.engine(kind, base: 8, 32, 32)
        let batch = Self.batch(count: 3, height: 32, width: 32, seed: 8)
        let optimizer = AdamOptimizer(OptimizerState(parameters: engine.network.initialParameters(seed: 1)))
        try optimizer.load(into: engine)
        let losses = try (0..<40).map { _ in try optimizer.step(engine, batch, lambda: 0.5, learningRate: 3e-3).total }
        #expect(losses[39] < losses[0] / 3)
    }
}
