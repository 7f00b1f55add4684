import Imaging
import Testing

@testable import AnomalyDetection

@Suite("Samples of a shard, made again")
struct SampleReplayTests {
    private func samples(noise: Float) throws -> [(clean: PlanarImage, corrupted: CorruptedSample)] {
        let fixture = TrainingFixture()
        let images = try TrainingFixture.images()
        let replay = SampleReplay(
            images: images, augmentation: fixture.augmentation, seed: fixture.parameters.seed, noise: noise)
        return fixture.builder(images).shard(steps: 0..<2) { _ in }.samples.map(replay.sample)
    }

    @Test("are those that the shard was made of, to the 16 bits that it keeps")
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

    @Test("carry the same noise in both images, of the strength asked for")
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
