import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("The trainer")
struct TrainerTests {
    @Test(
        "ends a run of two shards with the same bits whether or not it stops between them",
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
            // As in another process: everything comes from bytes, and nothing is left in memory.
            let stored = try Checkpoint(bytes: checkpoint.bytes, name: "checkpoint")
            let storedShard = try CorruptionShard(bytes: shard.bytes, name: "shard")
            let uncached = try TrainingFixture.images(cacheBytes: 0)
            let trainer = try fixture.trainer(uncached, engine: kind, threads: 1 + number)
            checkpoint = trainer.run(from: stored, shard: storedShard) { _, _ in }.0
        }
        // Compared outside of the macro, which would print every parameter.
        let (isSame, hasSameBytes) = (checkpoint == expected, checkpoint.bytes == expected.bytes)
        #expect(isSame)
        #expect(hasSameBytes)
        #expect(expected.history.map(\.step) == Array(0..<8))
        #expect(expected.history.map(\.learningRate) == (0..<8).map { fixture.parameters.schedule.rate(atStep: $0) })
    }

    @Test("makes the loss on a toy set fall")
    func learning() throws {
        var fixture = TrainingFixture()
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

    @Test("stops after the step that it is told to stop at")
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

    @Test("divides the steps among shards, the last of which may be short")
    func shards() {
        var parameters = TrainingFixture().parameters
        for (steps, perShard, expected) in [(10, 4, [0..<4, 4..<8, 8..<10]), (8, 4, [0..<4, 4..<8]), (3, 9, [0..<3])] {
            (parameters.steps, parameters.stepsPerShard) = (steps, perShard)
            #expect((0..<parameters.shardCount).map { parameters.steps(ofShard: $0) } == expected)
        }
    }
}
