import Imaging
import Testing

@testable import AnomalyDetection

@Suite("Corruption shard builder")
struct CorruptionShardBuilderTests {
    let fixture = TrainingFixture()

    @Test("Samples do not depend on the division into shards")
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

    @Test("Stored samples restore the corrupted images from the clean ones")
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

    @Test("Every sample is reported, and an error stops the builder")
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

    @Test("Seeds change the corruptions, and no steps give no samples")
    func seeds() throws {
        let images = try TrainingFixture.images()
        var other = fixture.builder(images)
        other.seed = 8
        #expect(fixture.builder(images).shard(steps: 0..<3) { _ in } != other.shard(steps: 0..<3) { _ in })
        #expect(other.shard(steps: 3..<3) { _ in }.samples.isEmpty)
    }
}

@Suite("Sample replay")
struct SampleReplayTests {
    private func samples(noise: Float) throws -> [(clean: PlanarImage, corrupted: CorruptedSample)] {
        let fixture = TrainingFixture()
        let images = try TrainingFixture.images()
        let replay = SampleReplay(
            images: images, augmentation: fixture.augmentation, seed: fixture.parameters.seed, noise: noise)
        return fixture.builder(images).shard(steps: 0..<2) { _ in }.samples.map(replay.sample)
    }

    @Test("Replayed samples equal the originals to 16 bits")
    func same() throws {
        let fixture = TrainingFixture()
        let builder = fixture.builder(try TrainingFixture.images())
        let stored = builder.shard(steps: 0..<2) { _ in }.samples
        for (sample, again) in zip(stored, try samples(noise: 0)) {
            let made = builder.sample(image: sample.image, variant: sample.variant)
            #expect(again.clean == made.clean)
            #expect(again.corrupted.mask == made.corrupted.mask)
            let error = zip(again.corrupted.corrupted.values, made.corrupted.corrupted.values).map { abs($0 - $1) }
                .max()
            #expect(try #require(error) <= 0.5001 / 65535)
        }
    }

    @Test("Both images have the same noise with the given standard deviation")
    func noise() throws {
        let (plain, noisy) = (try samples(noise: 0), try samples(noise: 0.1))
        var squares: Float = 0, count: Float = 0
        for (before, after) in zip(plain, noisy) {
            #expect(before.corrupted.mask == after.corrupted.mask)
            for index in before.clean.values.indices {
                let added = after.clean.values[index] - before.clean.values[index]
                let other =
                    after.corrupted.corrupted.values[index] - before.corrupted.corrupted.values[index]
                #expect(abs(added - other) < 1e-6)
                squares += added * added
                count += 1
            }
        }
        #expect(abs((squares / count).squareRoot() - 0.1) < 0.005)
    }
}

@Suite("Sample schedule")
struct SampleScheduleTests {
    @Test("Each epoch contains every image once, in a different order", arguments: [1, 2, 7, 100])
    func epochs(_ imageCount: Int) {
        let images = SampleSchedule(imageCount: imageCount, seed: 4).images(0..<10 * imageCount)
        let epochs = (0..<10).map { Array(images[$0 * imageCount..<($0 + 1) * imageCount]) }
        for epoch in epochs { #expect(epoch.sorted() == Array(0..<imageCount)) }
        if imageCount >= 7 { #expect(Set(epochs).count == 10) }
    }

    @Test("Parts of a schedule equal the whole")
    func cuts() {
        let schedule = SampleSchedule(imageCount: 7, seed: 9)
        let whole = schedule.images(0..<100)
        for cut in 0...100 { #expect(schedule.images(0..<cut) + schedule.images(cut..<100) == whole) }
        #expect((0..<100).map { schedule.images($0..<$0 + 1) } == whole.map { [$0] })
    }

    @Test("The schedule depends on the seed")
    func seeds() {
        let first = SampleSchedule(imageCount: 50, seed: 1).images(0..<50)
        #expect(first == SampleSchedule(imageCount: 50, seed: 1).images(0..<50))
        #expect(first != SampleSchedule(imageCount: 50, seed: 2).images(0..<50))
    }
}
