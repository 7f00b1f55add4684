import AnomalyDetection
import Imaging
import SeededRandom
import Testing

@Suite("Perceptual hash")
struct PerceptualHashTests {
    /// A texture that depends on a number.
    private func picture(_ number: UInt64, width: Int = 160, height: Int = 120) -> PlanarImage {
        var generator = SeededGenerator(seed: number, stream: "picture", 0)
        let coarse = PlanarImage(
            width: 64, height: 48, channels: 3, values: (0..<9216).map { _ in generator.uniform() })
        return coarse.resized(width: width, height: height)
    }

    @Test("JPEG compression and resizing hardly change the hash")
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

    @Test("Hashes of different pictures differ in about half of their bits")
    func pictures() {
        let hashes = (0..<12).map { PerceptualHash(picture(UInt64($0))) }
        for (number, first) in hashes.enumerated() {
            for second in hashes[(number + 1)...] { #expect((70...190).contains(first.distance(to: second))) }
        }
    }

    @Test("A hash has as many ones as zeros and is restored from its words")
    func words() {
        let hash = PerceptualHash(picture(3))
        #expect(hash.words.count == 4 && hash.words.reduce(0) { $0 + $1.nonzeroBitCount } == 128)
        #expect(PerceptualHash(words: hash.words) == hash)
        #expect(PerceptualHash(words: [1, 2, 3]) == nil)
    }

    @Test("All images of one colour have the same hash")
    func plain() {
        let hashes = [Float(0.2), 0.9].map {
            PerceptualHash(PlanarImage(width: 30, height: 20, channels: 3, repeating: $0))
        }
        #expect(hashes[0].distance(to: hashes[1]) == 0)
    }
}
