import SeededRandom
import Testing

@testable import NeuralNetworks

@Suite("An optimiser")
struct ResumedTrainingTests {
    static let network = NetworkArchitecture.sdcCCM.description(baseWidth: 4)

    static func engine(_ kind: NetworkEngine.Kind, threads: Int = 2) throws -> NetworkEngine {
        try NetworkEngine(kind, network: network, height: 24, width: 16, purpose: .training, threads: threads)
    }

    /// Steps `range` of a run whose batches are functions of the step.
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
        "that goes on from a stored checkpoint, in a new engine, ends with the bits of one that was never stopped",
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
        "makes an average that lags behind the parameters, at first by little", arguments: NetworkEngine.Kind.allCases)
    func average(_ kind: NetworkEngine.Kind) throws {
        let start = OptimizerState(parameters: Self.network.initialParameters(seed: 8))
        let (state, _) = try Self.run(0..<1, of: try Self.engine(kind), from: start, averageDecay: 0.999)
        // The first step keeps (1 + 1) / (10 + 1) of what was there, not 0.999.
        let expected = zip(start.parameters, state.parameters).map { $0 + ($1 - $0) * 9 / 11 }
        #expect(largestDifference(state.modelParameters, expected) < 1e-6)
    }

    @Test("learns: the loss on one batch falls step by step", arguments: NetworkEngine.Kind.allCases)
    func learning(_ kind: NetworkEngine.Kind) throws {
        let engine = try Self.engine(kind)
        let batch = randomBatch(count: 2, height: 24, width: 16, seed: 1)
        let optimizer = AdamOptimizer(OptimizerState(parameters: Self.network.initialParameters(seed: 8)))
        try optimizer.load(into: engine)
        let losses = try (0..<30).map { _ in try optimizer.step(engine, batch, lambda: 0.5, learningRate: 2e-3).total }
        #expect(losses[29] < 0.5 * losses[0])
    }
}
