import Testing

@testable import NeuralNetworks
@testable import Tensors

@Suite("bfloat16", .enabled(if: OneDNN.hasBFloat16, "this processor computes no bfloat16"))
struct BFloat16EngineTests {
    @Test(
        "gives nearly the reconstruction and gradient of float32", arguments: NetworkArchitecture.allCases, [16, 6])
    func agreesWithFloat32(_ architecture: NetworkArchitecture, _ base: Int) throws {
        let network = architecture.description(baseWidth: base)
        let parameters = network.initialParameters(seed: 4)
        let batch = randomBatch(count: 2, height: 64, width: 64, seed: 8)
        let images = (0..<2).map { batch.inputs.values($0 * batch.sampleCount..<($0 + 1) * batch.sampleCount) }
        var reconstructions: [[Float]] = []
        var gradients: [[Float]] = []
        for precision in Precision.allCases {
            let engine = try NetworkEngine(
                .onednn, network: network, height: 64, width: 64, purpose: .training, precision: precision, threads: 2)
            try engine.load(parameters)
            _ = engine.computeGradient(batch, lambda: 0.5)
            gradients.append(engine.gradientValues)
            reconstructions.append(engine.reconstruct(images).flatMap { $0 })
        }
        // bfloat16 keeps eight bits: errors of a few thousandths of the values' size.
        let error = zip(reconstructions[0], reconstructions[1]).map { $0 - $1 }
        #expect(norm(error) < 0.02 * norm(reconstructions[0]))
        #expect(norm(error) > 0)
        let product = zip(gradients[0], gradients[1]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(product / (norm(gradients[0]) * norm(gradients[1])) > 0.995)
    }

    @Test("gives the same bits with one, two and three threads")
    func threadsDoNotMatter() throws {
        let network = NetworkArchitecture.sdcCCM.description(baseWidth: 16)
        let batch = randomBatch(count: 10, height: 32, width: 32, seed: 5)
        var results: [[Float]] = []
        for threads in 1...3 {
            let engine = try NetworkEngine(
                .onednn, network: network, height: 32, width: 32, purpose: .training, precision: .bfloat16,
                threads: threads)
            let optimizer = AdamOptimizer(OptimizerState(parameters: network.initialParameters(seed: 1)))
            try optimizer.load(into: engine)
            for _ in 0..<3 { _ = try optimizer.step(engine, batch, lambda: 0.5, learningRate: 1e-3) }
            results.append(optimizer.state.parameters)
        }
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
    }

    @Test("learns: the loss of one batch falls to a third in thirty steps")
    func learns() throws {
        let network = NetworkArchitecture.sdcCCM.description(baseWidth: 16)
        let batch = randomBatch(count: 2, height: 32, width: 32, seed: 6)
        let engine = try NetworkEngine(
            .onednn, network: network, height: 32, width: 32, purpose: .training, precision: .bfloat16, threads: 2)
        let optimizer = AdamOptimizer(OptimizerState(parameters: network.initialParameters(seed: 1)))
        try optimizer.load(into: engine)
        let losses = try (0..<30).map { _ in try optimizer.step(engine, batch, lambda: 0.5, learningRate: 3e-3).total }
        #expect(losses[29] < losses[0] / 3)
    }
}

@Suite("An engine that cannot do what is asked")
struct EngineErrorTests {
    @Test("says so: openblas computes in float32 only")
    func openBLASHasOnePrecision() {
        let network = NetworkArchitecture.sdc.description(baseWidth: 4)
        #expect(throws: EngineError.unsupportedPrecision(engine: "openblas", precision: .bfloat16)) {
            try NetworkEngine(
                .openblas, network: network, height: 32, width: 32, purpose: .inference, precision: .bfloat16,
                threads: 1)
        }
    }
}
