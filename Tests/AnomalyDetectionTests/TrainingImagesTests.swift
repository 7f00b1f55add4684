import BinaryCoding
import Imaging
import Synchronization
import Testing

@testable import AnomalyDetection

@Suite("Training images")
struct TrainingImagesTests {
    @Test("Cached images equal images read again", arguments: [0, 1, 5000, 1 << 30])
    func cache(_ cacheBytes: Int) throws {
        let images = try TrainingFixture.images(cacheBytes: cacheBytes)
        #expect(images.count == 5)
        for index in [0, 4, 2, 4, 0] {
            let bytes = try #require(TrainingFixture.files["image \(index)"])
            #expect(try images.image(at: index) == PackedImage(bytes: bytes, name: "image").image)
        }
    }

    @Test("Damaged images and images of another size are errors before training")
    func refusal() throws {
        let other = PackedImage(CorruptionTestImages.weave(width: 16, height: 24), original: TrainingFixture.original)
        func load(third bytes: [UInt8]) throws {
            _ = try TrainingImages(TrainingFixture.entries) { path in
                path == "image 2" ? bytes : TrainingFixture.files[path] ?? []
            }
        }
        #expect(
            throws: FormatError.damaged("image 2", what: "16 x 24 pixels among images of 24 x 16")
        ) { try load(third: other.bytes) }
        #expect(throws: FormatError.truncated("image 2", at: 0, needed: 12, present: 3)) { try load(third: [1, 2, 3]) }
    }

    @Test("Images that become unreadable are replaced and reported")
    func unreadable() throws {
        let isGone = Mutex(false)
        let images = try TrainingImages(TrainingFixture.entries, cacheBytes: 1) { path in
            if isGone.withLock({ $0 }) { throw FormatError.truncated(path, at: 0, needed: 1, present: 0) }
            return TrainingFixture.files[path] ?? []
        }
        _ = images.image(at: 4)
        try images.requireReadable()
        isGone.withLock { $0 = true }
        let standIn = images.image(at: 4)
        #expect((standIn.width, standIn.height) == (images.image(at: 0).width, images.image(at: 0).height))
        #expect(!images.isReadable)
        isGone.withLock { $0 = false }
        _ = images.image(at: 4)
        #expect(throws: FormatError.truncated("image 4", at: 0, needed: 1, present: 0)) { try images.requireReadable() }
    }

    @Test("Stored images of twice or four times the wanted size are averaged, others stay as they are")
    func reduced() throws {
        func images(_ width: Int, _ height: Int, cacheBytes: Int = 1 << 20) throws -> TrainingImages {
            try TrainingImages(TrainingFixture.entries, reducedSize: (width, height), cacheBytes: cacheBytes) {
                TrainingFixture.files[$0] ?? []
            }
        }
        let stored = try TrainingFixture.images()
        for cacheBytes in [1, 1 << 20] {
            let half = try images(12, 8, cacheBytes: cacheBytes)
            #expect((half.width, half.height) == (12, 8))
            for index in 0..<5 {
                let expected = PackedImage(
                    stored.image(at: index).resized(width: 12, height: 8), original: TrainingFixture.original)
                #expect(half.image(at: index) == expected.image)
            }
        }
        #expect(try images(6, 4).image(at: 0).width == 6)
        for (width, height) in [(24, 16), (8, 16), (12, 4), (3, 2), (48, 32)] {
            #expect(try images(width, height).image(at: 1) == stored.image(at: 1))
        }
    }

    @Test("A sample's generator depends on the image's identity, not on its index")
    func generators() throws {
        let images = try TrainingFixture.images()
        let reversed = try TrainingImages(TrainingFixture.entries.reversed()) { TrainingFixture.files[$0] ?? [] }
        for index in 0..<5 {
            #expect(
                images.generator(image: index, variant: 3, seed: 1)
                    == reversed.generator(image: 4 - index, variant: 3, seed: 1))
        }
        let first = images.generator(image: 0, variant: 3, seed: 1)
        #expect(first != images.generator(image: 1, variant: 3, seed: 1))
        #expect(first != images.generator(image: 0, variant: 4, seed: 1))
        #expect(first != images.generator(image: 0, variant: 3, seed: 2))
    }
}
