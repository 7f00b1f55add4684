import SeededRandom
import Testing

@testable import NeuralNetworks

@Suite("Adam optimiser")
struct ResumedTrainingTests {
    static let network = NetworkArchitecture.sdcCCM.description(baseWidth: 4)

    static func engine(_ kind: NetworkEngine.Kind, threads: Int = 2) throws -> NetworkEngine {
        try NetworkEngine(kind, network: network, height: 24, width: 16, purpose: .training, threads: threads)
    }

    /// Runs the steps `range` of a training whose batches depend on the step only.
    static func run(
        _ range: Range<Int>, of engine: NetworkEngine, from state: OptimizerState, averageDecay: Float
    ) throws -> (OptimizerState, [BatchLoss]) {
        let optimizer = AdamOptimizer(state, averageDecay: averageDecay)
        try optimizer.load(into: engine)
        let losses = try range.map { step in
            try optimizer.step(
                engine, randomBatch(count: 3, height: 24, width: 16, seed: UInt64(step)), lambda: 0.5,
                learningRate: 2e-3 / Float(1 + step))
        }
        return (optimizer.state, losses)
    }

    @Test(
        "Training resumed from a checkpoint gives the same bits as uninterrupted training",
        arguments: NetworkEngine.Kind.allCases, [Float(0), 0.99])
    func resumed(_ kind: NetworkEngine.Kind, _ averageDecay: Float) throws {
        let start = OptimizerState(parameters: Self.network.initialParameters(seed: 8))
        let (whole, losses) = try Self.run(0..<6, of: try Self.engine(kind), from: start, averageDecay: averageDecay)

        let (half, firstLosses) = try Self.run(
            0..<3, of: try Self.engine(kind), from: start, averageDecay: averageDecay)
        let stored = try Checkpoint(bytes: Checkpoint(state: half).bytes, name: "checkpoint").state
        let (resumed, secondLosses) = try Self.run(
            3..<6, of: try Self.engine(kind, threads: 1), from: stored, averageDecay: averageDecay)
        // Compared outside of the macro, which would print every parameter.
        let isSame = resumed == whole
        #expect(isSame)
        #expect(firstLosses + secondLosses == losses)
        #expect(whole.stepCount == 6)
        #expect(whole.parameters != start.parameters)
        #expect((whole.average != nil) == (averageDecay > 0))
    }

    @Test(
        "A batch without a finite loss changes nothing in the optimiser", arguments: NetworkEngine.Kind.allCases,
        [Float.nan, .infinity])
    func divergence(_ kind: NetworkEngine.Kind, _ value: Float) throws {
        let engine = try Self.engine(kind)
        let optimizer = AdamOptimizer(
            OptimizerState(parameters: Self.network.initialParameters(seed: 8)), averageDecay: 0.9, gradientNorm: 1)
        try optimizer.load(into: engine)
        let sound = randomBatch(count: 3, height: 24, width: 16, seed: 1)
        _ = try optimizer.step(engine, sound, lambda: 0.5, learningRate: 2e-3)
        let state = optimizer.state
        let batch = randomBatch(count: 3, height: 24, width: 16, seed: 2)
        batch.set(2, input: [value] + batch.input(2).dropFirst(), target: batch.input(2), mask: batch.mask(2))
        let error = #expect(throws: EngineError.self) {
            try optimizer.step(engine, batch, lambda: 0.5, learningRate: 2e-3)
        }
        guard case .diverged(step: 2, _, layer: _?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // Compared outside of the macro, which would print every parameter.
        let isUnchanged = optimizer.state == state
        #expect(isUnchanged)
        _ = try optimizer.step(engine, sound, lambda: 0.5, learningRate: 2e-3)
        #expect(optimizer.stepCount == 2 && optimizer.state.parameters.allSatisfy(\.isFinite))
    }

    @Test("Parameters of another network are refused wherever they are loaded", arguments: NetworkEngine.Kind.allCases)
    func otherNetworks(_ kind: NetworkEngine.Kind) throws {
        let engine = try Self.engine(kind)
        let count = Self.network.parameterCount
        for found in [0, 1, count - 1, count + 1, 2 * count] {
            let refusal = EngineError.parameterCount(found: found, expected: count)
            let values = [Float](repeating: 0, count: found)
            #expect(throws: refusal) { try engine.load(values) }
            let optimizer = AdamOptimizer(OptimizerState(parameters: values))
            #expect(throws: refusal) { try optimizer.load(into: engine) }
            #expect(throws: refusal) {
                try optimizer.step(
                    engine, randomBatch(count: 1, height: 24, width: 16, seed: 1), lambda: 0.5, learningRate: 1e-3)
            }
        }
    }

    @Test(
        "The average follows the parameters quickly at first", arguments: NetworkEngine.Kind.allCases)
    func average(_ kind: NetworkEngine.Kind) throws {
        let start = OptimizerState(parameters: Self.network.initialParameters(seed: 8))
        let (state, _) = try Self.run(0..<1, of: try Self.engine(kind), from: start, averageDecay: 0.999)
        // The first step keeps (1 + 1) / (10 + 1) of the average instead of 0.999.
        let expected = zip(start.parameters, state.parameters).map { $0 + ($1 - $0) * 9 / 11 }
        #expect(largestDifference(state.modelParameters, expected) < 1e-6)
    }

    @Test("The loss of one batch halves in thirty steps", arguments: NetworkEngine.Kind.allCases)
    func learning(_ kind: NetworkEngine.Kind) throws {
        let engine = try Self.engine(kind)
        let batch = randomBatch(count: 2, height: 24, width: 16, seed: 1)
        let optimizer = AdamOptimizer(OptimizerState(parameters: Self.network.initialParameters(seed: 8)))
        try optimizer.load(into: engine)
        let losses = try (0..<30).map { _ in try optimizer.step(engine, batch, lambda: 0.5, learningRate: 2e-3).total }
        #expect(losses[29] < 0.5 * losses[0])
    }
}

@Suite("Learning rate schedule")
struct LearningRateScheduleTests {
    @Test(
        "The rate rises linearly to its peak and falls along half a cosine to the final rate",
        arguments: [
            (0, Float(0.25)), (1, 0.5), (2, 0.75), (3, 1), (4, 1), (9, 0.55), (14, 0.1), (15, 0.1), (1_000_000, 0.1),
            // At a quarter and three quarters of the decay: (1 +- sqrt(1/2)) / 2 of the range, after 2.5 and 7.5 steps.
            (6, 0.914058), (12, 0.185942),
        ])
    func table(_ step: Int, _ rate: Float) {
        // Four steps of warm-up, then eleven from the peak to the final rate.
        let schedule = LearningRateSchedule(peak: 1, final: 0.1, warmupSteps: 4, totalSteps: 15)
        #expect(abs(schedule.rate(atStep: step) - rate) < 1e-6)
    }

    @Test("The rate never rises after the warm-up and stays within its bounds")
    func monotonic() {
        let schedule = LearningRateSchedule(peak: 2e-3, final: 1e-5, warmupSteps: 10, totalSteps: 300)
        let rates = (0..<320).map { schedule.rate(atStep: $0) }
        #expect(zip(rates[..<10], rates[1..<11]).allSatisfy { $0 <= $1 })
        #expect(zip(rates[10...], rates[11...]).allSatisfy { $0 >= $1 })
        #expect(rates.allSatisfy { 0 < $0 && $0 <= 2e-3 })
        #expect(rates[299] == 1e-5)
    }

    @Test("The rate is defined for one step, without warm-up and with warm-up only")
    func shortRuns() {
        #expect(LearningRateSchedule(peak: 1, final: 0.5, warmupSteps: 0, totalSteps: 1).rate(atStep: 0) == 1)
        #expect(LearningRateSchedule(peak: 1, final: 0.5, warmupSteps: 0, totalSteps: 2).rate(atStep: 1) == 0.5)
        let warmup = LearningRateSchedule(peak: 1, final: 0, warmupSteps: 4, totalSteps: 4)
        #expect((0..<4).map { warmup.rate(atStep: $0) } == [0.25, 0.5, 0.75, 1])
    }
}
