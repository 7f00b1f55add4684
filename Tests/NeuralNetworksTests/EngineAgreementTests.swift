import SeededRandom
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// A small random batch. Every mask is a rectangle, except for one empty mask.
func randomBatch(count: Int, height: Int, width: Int, seed: UInt64) -> TrainingBatch {
    let batch = TrainingBatch(count: count, height: height, width: width)
    for sample in 0..<count {
        var generator = SeededGenerator(seed: seed, stream: "batch", UInt64(sample))
        let target = (0..<3 * height * width).map { _ in generator.uniform() }
        var input = target
        var mask = [UInt8](repeating: 0, count: height * width)
        if sample != 1 {
            for y in height / 4..<height / 2 {
                for x in width / 8..<width / 2 {
                    mask[y * width + x] = 1
                    for channel in 0..<3 { input[(channel * height + y) * width + x] = generator.uniform() }
                }
            }
        }
        batch.set(sample, input: input, target: target, mask: mask)
    }
    return batch
}

func largestDifference(_ first: [Float], _ second: [Float]) -> Float {
    zip(first, second).map { abs($0 - $1) }.max() ?? 0
}

func norm(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }

/// Expects three steps of training and a reconstruction to give the same bits for several numbers of threads.
func expectSameBits(
    _ kind: NetworkEngine.Kind, _ network: NetworkDescription, _ batch: TrainingBatch,
    precision: Precision = .float32, threads: [Int]
) throws {
    var expected: [[Float]]?
    for threads in threads {
        let engine = try NetworkEngine(
            kind, network: network, height: batch.height, width: batch.width, purpose: .training,
            precision: precision, threads: threads)
        let optimizer = AdamOptimizer(
            OptimizerState(parameters: network.initialParameters(seed: 1)), averageDecay: 0.9)
        try optimizer.load(into: engine)
        for _ in 0..<3 { _ = try optimizer.step(engine, batch, lambda: 0.5, learningRate: 1e-3) }
        let found =
            [optimizer.state.parameters, optimizer.state.modelParameters]
            + engine.reconstruct((0..<batch.count).map(batch.input))
        // Compared outside of the macro, which would print every parameter.
        let isSame = found == expected ?? found
        #expect(isSame, "\(threads) threads")
        expected = expected ?? found
    }
}

/// Expects the gradient of an engine to agree with central differences of the objective.
func expectGradient(of engine: NetworkEngine, _ parameters: [Float], on batch: TrainingBatch) throws {
    try engine.load(parameters)
    _ = engine.computeGradient(batch, lambda: 0.6)
    let gradient = engine.gradientValues
    // A random direction per convolution checks the gradient of the whole layer with one number.
    for (index, convolution) in engine.network.convolutions.enumerated() {
        var generator = SeededGenerator(seed: 4, stream: "direction", UInt64(index))
        let range = convolution.parameterOffset..<convolution.biasOffset + convolution.outputChannels
        let direction = range.map { _ in generator.normal() }
        let length = Float(norm(direction))
        let step = Float(2e-2)
        func loss(_ sign: Float) throws -> Double {
            var moved = parameters
            for (offset, place) in range.enumerated() { moved[place] += sign * step * direction[offset] / length }
            try engine.load(moved)
            return engine.computeGradient(batch, lambda: 0.6).total
        }
        let numeric = (try loss(1) - loss(-1)) / Double(2 * step)
        let exact = zip(range, direction).reduce(0.0) { $0 + Double(gradient[$1.0]) * Double($1.1 / length) }
        #expect(
            abs(numeric - exact) < 0.02 * abs(exact) + 3e-5, "\(convolution.name): \(numeric) against \(exact)")
    }
}

@Suite("Agreement of the engines")
struct EngineAgreementTests {
    @Test(
        "Reconstruction and gradient of whole networks agree",
        arguments: [
            (NetworkArchitecture.sdc, 16, 64, 64), (.sdc, 5, 32, 48), (.sdc, 8, 128, 64), (.sdcCCM, 16, 64, 64),
            (.sdcCCM, 3, 40, 32),
        ])
    func enginesAgree(_ architecture: NetworkArchitecture, _ base: Int, _ height: Int, _ width: Int) throws {
        let network = architecture.description(baseWidth: base)
        let parameters = network.initialParameters(seed: 7)
        let batch = randomBatch(count: 3, height: height, width: width, seed: 3)
        var reconstructions: [[[Float]]] = []
        var gradients: [[Float]] = []
        var losses: [BatchLoss] = []
        for kind in NetworkEngine.Kind.allCases {
            let engine = try NetworkEngine(
                kind, network: network, height: height, width: width, purpose: .training, threads: 2)
            try engine.load(parameters)
            losses.append(engine.computeGradient(batch, lambda: 0.7))
            gradients.append(engine.gradientValues)
            let scorer = try NetworkEngine(
                kind, network: network, height: height, width: width, purpose: .inference, threads: 2)
            try scorer.load(parameters)
            reconstructions.append(
                scorer.reconstruct((0..<3).map(batch.input)))
        }
        for sample in 0..<3 {
            #expect(largestDifference(reconstructions[0][sample], reconstructions[1][sample]) < 2e-5)
        }
        #expect(abs(losses[0].total - losses[1].total) < 1e-5 * losses[1].total)
        let difference = zip(gradients[0], gradients[1]).map { $0 - $1 }
        #expect(norm(difference) < 1e-4 * norm(gradients[1]))
        #expect(norm(gradients[1]) > 1e-3)
    }

    /// More threads than samples, as many, and fewer, also than shards.
    @Test(
        "Results do not depend on the number of threads", arguments: NetworkEngine.Kind.allCases,
        [(count: 3, threads: [1, 2, 3, 5, 8, 16, 32]), (11, [1, 2, 3, 5, 8, 16, 32]), (37, [1, 3, 36])])
    func threadsDoNotMatter(_ kind: NetworkEngine.Kind, _ batch: (count: Int, threads: [Int])) throws {
        let size = batch.count > 32 ? 16 : 32
        let images = randomBatch(count: batch.count, height: size, width: size, seed: 5)
        try expectSameBits(
            kind, NetworkArchitecture.sdcCCM.description(baseWidth: 8), images, threads: batch.threads)
    }

    @Test(
        "Gradients agree with central differences of the objective", arguments: NetworkEngine.Kind.allCases,
        NetworkArchitecture.allCases)
    func gradientIsRight(_ kind: NetworkEngine.Kind, _ architecture: NetworkArchitecture) throws {
        let network = architecture.description(baseWidth: 2)
        let engine = try NetworkEngine(kind, network: network, height: 16, width: 16, purpose: .training, threads: 1)
        let batch = randomBatch(count: 2, height: 16, width: 16, seed: 9)
        try expectGradient(of: engine, network.initialParameters(seed: 2), on: batch)
    }

    /// The networks by kind and base width.
    private static let networks: [(name: String, NetworkDescription)] = [4, 8, 12, 16, 24, 32, 64].flatMap { width in
        NetworkArchitecture.allCases.map { ("\($0.rawValue) \(width)", $0.description(baseWidth: width)) }
            + [("segmentation \(width)", .segmentation(baseWidth: width))]
    }

    /// Reference code is hundreds of times slower than any other. Kernels are compiled without memory for images, so
    /// that large ones can be tested.
    @Test(
        "No layer of a network is computed by oneDNN's reference code",
        arguments: Precision.allCases.filter { $0 == .float32 || OneDNN.hasBFloat16 },
        [(64, 64), (256, 256), (512, 768), (1024, 96)])
    func noReferenceCode(_ precision: Precision, _ size: (height: Int, width: Int)) throws {
        for (name, network) in Self.networks {
            let backend = try OneDNNBackend(precision: precision, workerCount: 1)
            // Below AVX2 the engine is for scores only.
            let program = NetworkProgram(
                network, height: size.height, width: size.width,
                purpose: OneDNN.instructions.hasGradientKernels ? .training : .inference, block: backend.block,
                elementBytes: precision.bytes)
            for geometry in program.geometries {
                let kernels = try backend.makeConvolution(geometry).kernelNames
                #expect(
                    kernels.allSatisfy { !$0.hasPrefix("ref") }, "\(name), \(geometry.convolution.name): \(kernels)")
            }
        }
    }

    @Test(
        "Winograd computes 3 x 3 layers of stride 1 that are large enough and not too dilated",
        arguments: [(256, 256, 1, true), (12, 12, 1, true), (8, 8, 1, false), (32, 32, 8, true), (16, 16, 8, false)])
    func winograd(_ height: Int, _ width: Int, _ dilation: Int, _ isWinograd: Bool) throws {
        var network = NetworkDescription()
        let image = network.addTensor("image", groups: [3], reduction: 1)
        let first = network.addTensor("first", groups: [16], reduction: 1)
        let second = network.addTensor("second", groups: [16], reduction: 1)
        network.addConvolution("first", from: image, to: first, kernelSize: 5)
        network.addConvolution("second", from: first, to: second, kernelSize: 3, dilation: dilation)
        let engine = try NetworkEngine(
            .onednn, network: network, height: height, width: width, purpose: .training, threads: 1)
        let names = engine.kernelNames.map(\.kernels)
        #expect(!names[0].contains("winograd"))
        #expect(names[1] == ["winograd", "winograd", "winograd"] || !isWinograd, "\(names)")
        #expect(isWinograd || !names[1].contains("winograd"), "\(names)")
    }

    @Test("A gradient beyond the norm limit is scaled down to it")
    func longGradientsAreShortened() throws {
        let network = NetworkArchitecture.sdc.description(baseWidth: 4)
        let engine = try NetworkEngine(
            .openblas, network: network, height: 32, width: 32, purpose: .training, threads: 2)
        let batch = randomBatch(count: 2, height: 32, width: 32, seed: 1)
        func firstMoment(_ gradientNorm: Float) throws -> [Float] {
            let optimizer = AdamOptimizer(
                OptimizerState(parameters: network.initialParameters(seed: 3)), gradientNorm: gradientNorm)
            try optimizer.load(into: engine)
            _ = try optimizer.step(engine, batch, lambda: 0.5, learningRate: 1e-3)
            return optimizer.state.firstMoment
        }
        // After one step from zero, the first moment is a tenth of the gradient.
        let whole = try firstMoment(0)
        let length = norm(whole) * 10
        #expect(try firstMoment(Float(2 * length)) == whole)
        #expect(try abs(norm(firstMoment(Float(length / 4))) * 10 - length / 4) < 1e-4 * length)
    }
}

@Suite("bfloat16 engine", .enabled(if: OneDNN.hasBFloat16, "this processor does not support bfloat16"))
struct BFloat16EngineTests {
    @Test(
        "Reconstruction and gradient are close to those in float32", arguments: NetworkArchitecture.allCases, [16, 6])
    func agreesWithFloat32(_ architecture: NetworkArchitecture, _ base: Int) throws {
        let network = architecture.description(baseWidth: base)
        let parameters = network.initialParameters(seed: 4)
        let batch = randomBatch(count: 2, height: 64, width: 64, seed: 8)
        let images = (0..<2).map(batch.input)
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
        // bfloat16 has eight significant bits: expected errors are a few thousandths of the values.
        let error = zip(reconstructions[0], reconstructions[1]).map { $0 - $1 }
        #expect(norm(error) < 0.02 * norm(reconstructions[0]))
        #expect(norm(error) > 0)
        let product = zip(gradients[0], gradients[1]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(product / (norm(gradients[0]) * norm(gradients[1])) > 0.995)
    }

    @Test("Results do not depend on the number of threads")
    func threadsDoNotMatter() throws {
        try expectSameBits(
            .onednn, NetworkArchitecture.sdcCCM.description(baseWidth: 16),
            randomBatch(count: 10, height: 32, width: 32, seed: 5), precision: .bfloat16,
            threads: [1, 2, 3, 5, 8, 16, 32])
    }

    @Test("The loss of one batch falls to a third in thirty steps")
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

@Suite("Unsupported engine settings")
struct EngineErrorTests {
    @Test("OpenBLAS supports float32 only")
    func openBLASHasOnePrecision() {
        let network = NetworkArchitecture.sdc.description(baseWidth: 4)
        #expect(throws: EngineError.unsupportedPrecision(engine: "openblas", precision: .bfloat16)) {
            try NetworkEngine(
                .openblas, network: network, height: 32, width: 32, purpose: .inference, precision: .bfloat16,
                threads: 1)
        }
    }
}
