import SeededRandom
import Testing

@testable import NeuralNetworks

@Suite("Training objective")
struct ObjectiveTests {
    static let side = 16
    static let network = NetworkArchitecture.sdc.description(baseWidth: 2)
    static let masks: [[UInt8]] = {
        let pixels = side * side
        var generator = SeededGenerator(seed: 1, stream: "masks")
        return [
            (0..<pixels).map { _ in generator.chance(0.3) ? 1 : 0 }, (0..<pixels).map { $0 == 77 ? 1 : 0 },
            (0..<pixels).map { $0 == 77 ? 0 : 1 }, [UInt8](repeating: 0, count: pixels),
            [UInt8](repeating: 1, count: pixels),
        ]
    }()

    static func engine(_ kind: NetworkEngine.Kind) throws -> NetworkEngine {
        try NetworkEngine(kind, network: network, height: side, width: side, purpose: .training, threads: 1)
    }

    /// Random images with the given masks. `change` may modify target values.
    static func batch(
        _ masks: [[UInt8]], change: (_ isMasked: Bool, inout Float) -> Void = { _, _ in }
    ) -> TrainingBatch {
        let batch = TrainingBatch(count: masks.count, height: side, width: side)
        for (sample, mask) in masks.enumerated() {
            var generator = SeededGenerator(seed: 2, stream: "batch", UInt64(sample))
            let input = (0..<3 * mask.count).map { _ in generator.uniform() }
            var target = (0..<3 * mask.count).map { _ in generator.uniform() }
            for index in target.indices { change(mask[index % mask.count] == 1, &target[index]) }
            batch.set(sample, input: input, target: target, mask: mask)
        }
        return batch
    }

    /// Parameters of a network with constant output `level`: all are zero except the biases of the output.
    static func constantParameters(_ level: Float) -> [Float] {
        var parameters = [Float](repeating: 0, count: network.parameterCount)
        for index in parameters.indices.suffix(3) { parameters[index] = level }
        return parameters
    }

    @Test(
        "Ignored pixels change neither the objective nor the gradient, and a sample of them alone counts as 0",
        arguments: NetworkEngine.Kind.allCases)
    func ignoredPixels(_ kind: NetworkEngine.Kind) throws {
        let engine = try Self.engine(kind)
        try engine.load(Self.network.initialParameters(seed: 1))
        let mask = Self.masks[0].enumerated().map { $0 % 3 == 0 ? TrainingBatch.ignored : $1 }
        func result(_ change: Float) -> (BatchLoss, [Float]) {
            let batch = TrainingBatch(count: 1, height: Self.side, width: Self.side)
            var generator = SeededGenerator(seed: 2, stream: "batch")
            let input = (0..<3 * mask.count).map { _ in generator.uniform() }
            let target = (0..<3 * mask.count).map { index in
                generator.uniform() + (mask[index % mask.count] == TrainingBatch.ignored ? change : 0)
            }
            batch.set(0, input: input, target: target, mask: mask)
            return (engine.computeGradient(batch, lambda: 0.3), engine.gradientValues)
        }
        let (loss, gradient) = result(0), (otherLoss, otherGradient) = result(1e6)
        #expect(loss == otherLoss && gradient == otherGradient)
        #expect(loss.inside > 0 && loss.outside > 0 && gradient.contains { $0 != 0 })
        let none = engine.computeGradient(
            Self.batch([[UInt8](repeating: TrainingBatch.ignored, count: mask.count)]), lambda: 0.3)
        #expect(none.total == 0 && engine.gradientValues.allSatisfy { $0 == 0 })
    }

    @Test(
        "A constant residual c gives c^2 for every lambda and mask",
        arguments: NetworkEngine.Kind.allCases, [Float(0), 0.3, 0.5, 1])
    func constantResidual(_ kind: NetworkEngine.Kind, _ lambda: Float) throws {
        let engine = try Self.engine(kind)
        try engine.load(Self.constantParameters(0.75))
        for mask in Self.masks {
            let loss = engine.computeGradient(Self.batch([mask]) { $1 = 0.25 }, lambda: lambda)
            #expect(abs(loss.total - 0.25) < 1e-6)
            #expect(abs(loss.inside - (mask.contains(1) ? 0.25 : 0)) < 1e-6)
            #expect(abs(loss.outside - (mask.contains(0) ? 0.25 : 0)) < 1e-6)
            // The derivative of c^2 with respect to the three biases, each of which affects a third of the values.
            for value in engine.gradientValues.suffix(3) { #expect(abs(value - 2 * 0.5 / 3) < 1e-5) }
        }
        let loss = engine.computeGradient(Self.batch(Self.masks) { $1 = 0.25 }, lambda: lambda)
        #expect(abs(loss.total - 0.25) < 1e-6)
    }

    @Test(
        "The mean outside the mask has weight 1 - lambda, the mean inside lambda",
        arguments: NetworkEngine.Kind.allCases, [Float(0), 0.3, 1])
    func weights(_ kind: NetworkEngine.Kind, _ lambda: Float) throws {
        let engine = try Self.engine(kind)
        try engine.load(Self.constantParameters(0))
        // Residuals of -2 inside and -1 outside. In samples without one side, the other has full weight.
        let batch = Self.batch(Self.masks) { $1 = $0 ? 2 : 1 }
        let loss = engine.computeGradient(batch, lambda: lambda)
        let mixed = Double(1 - lambda) * 1 + Double(lambda) * 4
        #expect(abs(loss.total - (3 * mixed + 1 + 4) / 5) < 1e-5)
        #expect(abs(loss.outside - 1) < 1e-6)
        #expect(abs(loss.inside - 4) < 1e-5)
    }

    @Test(
        "With lambda 0 the inside of a mask is ignored, with lambda 1 the outside",
        arguments: NetworkEngine.Kind.allCases, [false, true])
    func blindSide(_ kind: NetworkEngine.Kind, _ isInsideBlind: Bool) throws {
        let engine = try Self.engine(kind)
        try engine.load(Self.network.initialParameters(seed: 3))
        let masks = Array(Self.masks[..<3])
        func gradient(_ change: (Bool, inout Float) -> Void) -> [Float] {
            _ = engine.computeGradient(Self.batch(masks, change: change), lambda: isInsideBlind ? 0 : 1)
            return engine.gradientValues
        }
        let plain = gradient { _, _ in }
        #expect(plain.contains { $0 != 0 })
        let blind = gradient { isMasked, value in if isMasked == isInsideBlind { value += 3 } }
        let seeing = gradient { isMasked, value in if isMasked != isInsideBlind { value += 3 } }
        #expect(largestDifference(blind, plain) == 0)
        #expect(largestDifference(seeing, plain) > 0)
    }

    @Test("Objective and gradient of a batch are means over its samples", arguments: NetworkEngine.Kind.allCases)
    func meanOfSamples(_ kind: NetworkEngine.Kind) throws {
        let engine = try Self.engine(kind)
        try engine.load(Self.network.initialParameters(seed: 4))
        let whole = randomBatch(count: 11, height: Self.side, width: Self.side, seed: 6)
        let loss = engine.computeGradient(whole, lambda: 0.4)
        let gradient = engine.gradientValues
        var meanLoss = 0.0
        var meanGradient = [Double](repeating: 0, count: gradient.count)
        for sample in 0..<whole.count {
            let single = TrainingBatch(count: 1, height: Self.side, width: Self.side)
            let values = sample * whole.sampleCount..<(sample + 1) * whole.sampleCount
            single.set(
                0, input: whole.inputs.values(values), target: whole.targets.values(values),
                mask: whole.masks.values(sample * whole.pixels..<(sample + 1) * whole.pixels))
            meanLoss += engine.computeGradient(single, lambda: 0.4).total / Double(whole.count)
            for (index, value) in engine.gradientValues.enumerated() {
                meanGradient[index] += Double(value) / Double(whole.count)
            }
        }
        #expect(abs(loss.total - meanLoss) < 1e-6)
        #expect(largestDifference(gradient, meanGradient.map { Float($0) }) < 1e-5)
    }
}
