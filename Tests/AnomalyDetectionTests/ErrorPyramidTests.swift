import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Error pyramid")
struct ErrorPyramidTests {
    static func image(_ width: Int, _ height: Int, _ value: (_ x: Int, _ y: Int) -> Float) -> PlanarImage {
        PlanarImage(
            width: width, height: height, channels: 3,
            values: (0..<3).flatMap { _ in (0..<height).flatMap { y in (0..<width).map { x in value(x, y) } } })
    }

    static func mean(_ map: FloatMap) -> Double {
        map.values.reduce(0) { $0 + Double($1) } / Double(map.values.count)
    }

    @Test("Squares double in width up to the image")
    func sides() {
        #expect((0..<6).map { ErrorPyramid.side(level: $0, shorterSide: 256) } == [1, 3, 7, 15, 31, 63])
        #expect((0..<6).map { ErrorPyramid.side(level: $0, shorterSide: 32) } == [1, 3, 7, 15, 31, 31])
        #expect(ErrorPyramid.side(level: 3, shorterSide: 9) == 9)
    }

    @Test("All levels are equal for a constant error")
    func constant() {
        let maps = ErrorPyramid.maps(Self.image(40, 32) { _, _ in 0.75 }, Self.image(40, 32) { _, _ in 0.5 }, levels: 4)
        #expect(maps.count == 4)
        for map in maps {
            #expect((map.width, map.height) == (40, 32))
            #expect(map.values.allSatisfy { abs($0 - 0.0625) < 1e-6 })
        }
    }

    @Test("Coarser levels cancel noise and keep a weak stain")
    func noiseAndStain() throws {
        var generator = SeededGenerator(seed: 1, stream: "error pyramid")
        let noise = (0..<64 * 64).map { _ in generator.uniform(-0.1, 0.1) }
        let grey = Self.image(64, 64) { _, _ in 0.5 }
        func levels(stain: Float) -> [FloatMap] {
            ErrorPyramid.maps(
                Self.image(64, 64) { x, y in
                    0.5 + noise[y * 64 + x] + ((20..<44).contains(x) && (20..<44).contains(y) ? stain : 0)
                }, grey, levels: 4)
        }
        let plain = levels(stain: 0), stained = levels(stain: 0.05)
        for (finer, coarser) in zip(plain, plain.dropFirst()) { #expect(Self.mean(coarser) < 0.5 * Self.mean(finer)) }
        // The error in the middle of the stain relative to the mean error of the noise.
        let contrast = zip(plain, stained).map { Double($1.values[32 * 64 + 32]) / Self.mean($0) }
        #expect(contrast[3] > 10)
        #expect(contrast[3] > 3 * contrast[0])
    }

    @Test("The first level is the squared error of single pixels")
    func first() throws {
        let image = CorruptionTestImages.weave(width: 48, height: 40, seed: 2)
        let other = CorruptionTestImages.weave(width: 48, height: 40, seed: 3)
        let map = try #require(ErrorPyramid.maps(image, other, levels: 2).first)
        for pixel in [0, 777, 1919] {
            let differences = (0..<3).map { image.values[$0 * 1920 + pixel] - other.values[$0 * 1920 + pixel] }
            #expect(abs(map.values[pixel] - differences.reduce(0) { $0 + $1 * $1 } / 3) < 1e-6)
        }
    }
}
