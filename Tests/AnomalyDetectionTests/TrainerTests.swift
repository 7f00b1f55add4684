import BinaryCoding
import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("Trainer")
struct TrainerTests {
    @Test(
        "Training in two shards gives the same bits as in one",
        arguments: NetworkEngine.Kind.allCases)
    func resumed(_ kind: NetworkEngine.Kind) throws {
        let fixture = TrainingFixture()
        let images = try TrainingFixture.images()
        let builder = fixture.builder(images)
        let start = Trainer.start(fixture.network, seed: 7)
        let whole = builder.shard(steps: 0..<8) { _ in }
        let (expected, timing) = try fixture.trainer(images, engine: kind).run(from: start, shard: whole) { _, _ in }
        #expect(timing.steps == 8)
        #expect((0...1).contains(timing.waitingShare))

        #expect(fixture.parameters.shardCount == 2)
        var checkpoint = start
        for number in 0..<2 {
            let shard = builder.shard(steps: fixture.parameters.steps(ofShard: number)) { _ in }
            // As in another process: everything is read from bytes, nothing is kept in memory.
            let stored = try Checkpoint(bytes: checkpoint.bytes, name: "checkpoint")
            let storedShard = try CorruptionShard(bytes: shard.bytes, name: "shard")
            let uncached = try TrainingFixture.images(cacheBytes: 0)
            let trainer = try fixture.trainer(uncached, engine: kind, threads: 1 + number)
            checkpoint = try trainer.run(from: stored, shard: storedShard) { _, _ in }.0
        }
        // Compared outside the macro, which would print every parameter.
        let (isSame, hasSameBytes) = (checkpoint == expected, checkpoint.bytes == expected.bytes)
        #expect(isSame)
        #expect(hasSameBytes)
        #expect(expected.history.map(\.step) == Array(0..<8))
        #expect(expected.history.map(\.learningRate) == (0..<8).map { fixture.parameters.schedule.rate(atStep: $0) })
    }

    @Test("Checkpoints do not depend on the threads that train and prepare samples", arguments: [2, 3, 5, 8, 16, 32])
    func threads(_ threads: Int) throws {
        let fixture = TrainingFixture()
        let images = try TrainingFixture.images()
        let shard = fixture.builder(images).shard(steps: 0..<4) { _ in }
        let start = Trainer.start(fixture.network, seed: 7)
        let expected = try fixture.trainer(images, threads: 1).run(from: start, shard: shard) { _, _ in }.0
        let found = try fixture.trainer(images, threads: threads).run(from: start, shard: shard) { _, _ in }.0
        // Compared outside the macro, which would print every parameter.
        let isSame = found == expected
        #expect(isSame)
    }

    @Test("The loss falls on a toy data set", arguments: NetworkInput.allCases)
    func learning(input: NetworkInput) throws {
        var fixture = TrainingFixture()
        fixture.input = input
        let steps = 150
        (fixture.parameters.steps, fixture.parameters.learningRate) = (steps, 5e-3)
        (fixture.augmentation, fixture.parameters.noise) = (Augmentation(), 0)
        let images = try TrainingFixture.images()
        let shard = fixture.builder(images).shard(steps: 0..<steps) { _ in }
        var losses: [Double] = []
        let (checkpoint, _) = try fixture.trainer(images).run(
            from: Trainer.start(fixture.network, seed: 1), shard: shard
        ) { step, loss in
            #expect(step == losses.count + 1)
            losses.append(loss.total)
        }
        #expect(checkpoint.history.map { $0.loss.total } == losses)
        let (early, late) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
        #expect(late < 0.6 * early, "\(early) to \(late)")
        #expect(checkpoint.state.stepCount == steps)
    }

    @Test("An error in the callback stops training after that step")
    func stopping() throws {
        struct Stop: Error {}
        let fixture = TrainingFixture()
        let images = try TrainingFixture.images()
        let shard = fixture.builder(images).shard(steps: 0..<8) { _ in }
        let trainer = try fixture.trainer(images)
        var steps = 0
        #expect(throws: Stop.self) {
            try trainer.run(from: Trainer.start(fixture.network, seed: 1), shard: shard) { step, _ in
                steps = step
                if step == 3 { throw Stop() }
            }
        }
        #expect(steps == 3)
    }

    @Test(
        "Training fails at the first non-finite loss or gradient and reports the step and the layer",
        arguments: NetworkEngine.Kind.allCases, [Float(0), 1])
    func divergence(kind: NetworkEngine.Kind, gradientNorm: Float) throws {
        var fixture = TrainingFixture()
        (fixture.parameters.learningRate, fixture.parameters.warmupSteps) = (1e38, 0)
        fixture.parameters.gradientNorm = gradientNorm
        let images = try TrainingFixture.images()
        let shard = fixture.builder(images).shard(steps: 0..<8) { _ in }
        var steps = 0
        let error = #expect(throws: EngineError.self) {
            try fixture.trainer(images, engine: kind).run(from: Trainer.start(fixture.network, seed: 1), shard: shard) {
                step, loss in
                #expect(loss.total.isFinite)
                steps = step
            }
        }
        guard case .diverged(let step, let loss, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(step == steps + 1 && steps < 3)
        #expect(!loss.isFinite)
        #expect("\(error!)".contains("diverged at step \(step)") && "\(error!)".contains("learningRate"))
    }

    @Test("Images beyond the range of float32 end training at the first step", arguments: NetworkEngine.Kind.allCases)
    func extremeImages(kind: NetworkEngine.Kind) throws {
        var fixture = TrainingFixture()
        fixture.parameters.noise = 1e30
        let images = try TrainingFixture.images()
        let shard = fixture.builder(images).shard(steps: 0..<8) { _ in }
        let error = #expect(throws: EngineError.self) {
            try fixture.trainer(images, engine: kind).run(from: Trainer.start(fixture.network, seed: 1), shard: shard) {
                _, _ in Issue.record("a step was taken")
            }
        }
        guard case .diverged(step: 1, let loss, layer: _?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!loss.isFinite)
    }

    @Test("A NaN gradient is found in its layer before any parameter changes")
    func divergedLayer() throws {
        let fixture = TrainingFixture()
        let images = try TrainingFixture.images()
        let shard = fixture.builder(images).shard(steps: 0..<8) { _ in }
        var start = Trainer.start(fixture.network, seed: 1)
        let last = try #require(fixture.network.convolutions.last)
        start.state.parameters[last.biasOffset] = .nan
        let error = #expect(throws: EngineError.self) {
            try fixture.trainer(images).run(from: start, shard: shard) { _, _ in Issue.record("a step was taken") }
        }
        guard case .diverged(1, _, let layer?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(fixture.network.convolutions.map(\.name).contains(layer))
    }

    @Test("A checkpoint of another network and a shard of other images are errors")
    func otherSizes() throws {
        let fixture = TrainingFixture()
        let images = try TrainingFixture.images()
        var shard = fixture.builder(images).shard(steps: 0..<1) { _ in }
        func run(_ width: Int, _ shard: CorruptionShard) throws {
            let network = NetworkArchitecture.sdcCCM.description(baseWidth: width)
            _ = try fixture.trainer(images).run(from: Trainer.start(network, seed: 1), shard: shard) { _, _ in }
        }
        for width in [2, 8] {
            let found = NetworkArchitecture.sdcCCM.description(baseWidth: width).parameterCount
            #expect(
                throws: EngineError.parameterCount(found: found, expected: fixture.network.parameterCount),
                performing: { try run(width, shard) })
        }
        shard.samples[0].image = images.count
        #expect(throws: FormatError.self) { try run(4, shard) }
        #expect(throws: FormatError.self) {
            try run(4, CorruptionShard(imageWidth: 16, imageHeight: 24, samples: []))
        }
    }

    @Test("Steps are divided into shards, and the last shard can be shorter")
    func shards() {
        var parameters = TrainingFixture().parameters
        for (steps, perShard, expected) in [(10, 4, [0..<4, 4..<8, 8..<10]), (8, 4, [0..<4, 4..<8]), (3, 9, [0..<3])] {
            (parameters.steps, parameters.stepsPerShard) = (steps, perShard)
            #expect((0..<parameters.shardCount).map { parameters.steps(ofShard: $0) } == expected)
        }
    }
}
