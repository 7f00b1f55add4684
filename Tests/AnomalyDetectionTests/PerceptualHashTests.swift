import AnomalyDetection
import Imaging
import SeededRandom
import Testing

@Suite("A perceptual hash")
struct PerceptualHashTests {
    /// A texture; another number gives another picture.
    private func picture(_ number: UInt64, width: Int = 160, height: Int = 120) -> PlanarImage {
        var generator = SeededGenerator(seed: number, stream: "picture", 0)
        let coarse = PlanarImage(
            width: 64, height: 48, channels: 3, values: (0..<9216).map { _ in generator.uniform() })
        return coarse.resized(width: width, height: height)
    }

    @Test("stays nearly the same when an image is stored as a JPEG or in another size")
    func copies() throws {
        for number in 0..<UInt64(8) {
            let image = picture(number)
            let hash = PerceptualHash(image)
            let jpeg = try ImageDecoder.decode(bytes: try JPEGEncoder.encode(image, quality: 75), name: "copy").image
            #expect(hash.distance(to: PerceptualHash(jpeg)) <= 10)
            #expect(hash.distance(to: PerceptualHash(image.resized(width: 120, height: 90))) <= 10)
            #expect(hash.distance(to: PerceptualHash(image.convertedToGrey())) == 0)
        }
    }

    @Test("differs between pictures by about half of its bits")
    func pictures() {
        let hashes = (0..<12).map { PerceptualHash(picture(UInt64($0))) }
        for (number, first) in hashes.enumerated() {
            for second in hashes[(number + 1)...] { #expect((70...190).contains(first.distance(to: second))) }
        }
    }

    @Test("has as many ones as zeros, and reads back from its words")
    func words() {
        let hash = PerceptualHash(picture(3))
        #expect(hash.words.count == 4 && hash.words.reduce(0) { $0 + $1.nonzeroBitCount } == 128)
        #expect(PerceptualHash(words: hash.words) == hash)
        #expect(PerceptualHash(words: [1, 2, 3]) == nil)
    }

    @Test("of an image of one colour is the same for every colour")
    func plain() {
        let hashes = [Float(0.2), 0.9].map {
            PerceptualHash(PlanarImage(width: 30, height: 20, channels: 3, repeating: $0))
        }
        #expect(hashes[0].distance(to: hashes[1]) == 0)
    }
}
