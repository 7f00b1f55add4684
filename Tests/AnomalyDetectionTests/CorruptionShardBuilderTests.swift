import Testing

@testable import AnomalyDetection

@Suite("The builder of corruption shards")
struct CorruptionShardBuilderTests {
    let fixture = TrainingFixture()

    @Test("makes the same samples wherever a run is cut into shards")
    func cuts() throws {
        let builder = fixture.builder(try TrainingFixture.images())
        let whole = builder.shard(steps: 2..<9) { _ in }
        for cut in 2...9 {
            let parts = [2..<cut, cut..<9].map { steps in builder.shard(steps: steps) { _ in } }
            #expect(parts[0].samples + parts[1].samples == whole.samples, "cut at \(cut)")
        }
        #expect(whole.samples.map(\.variant) == Array(6..<27))
        #expect((whole.imageWidth, whole.imageHeight) == (24, 16))
    }

    @Test("keeps what is needed to make each corrupted image again from the clean one")
    func restoration() throws {
        let builder = fixture.builder(try TrainingFixture.images())
        var changed = 0
        for sample in builder.shard(steps: 0..<4, finished: { _ in }).samples {
            let (clean, corrupted) = builder.sample(image: sample.image, variant: sample.variant)
            let restored = sample.restored(on: clean)
            #expect(restored.mask == corrupted.mask)
            #expect(zip(restored.corrupted.values, corrupted.corrupted.values).allSatisfy { abs($0 - $1) <= 1 / 65535 })
            changed += corrupted.mask.contains(1) ? 1 : 0
        }
        #expect(changed > 6)
    }

    @Test("reports every sample, and stops where it is told to")
    func progress() throws {
        struct Stop: Error {}
        let builder = fixture.builder(try TrainingFixture.images())
        var counts: [Int] = []
        #expect(throws: Stop.self) {
            try builder.shard(steps: 0..<4) { count in
                counts.append(count)
                if count == 5 { throw Stop() }
            }
        }
        #expect(counts == [1, 2, 3, 4, 5])
    }

    @Test("makes other corruptions for another seed, and none for no steps")
    func seeds() throws {
        let images = try TrainingFixture.images()
        var other = fixture.builder(images)
        other.seed = 8
        #expect(fixture.builder(images).shard(steps: 0..<3) { _ in } != other.shard(steps: 0..<3) { _ in })
        #expect(other.shard(steps: 3..<3) { _ in }.samples.isEmpty)
    }
}
