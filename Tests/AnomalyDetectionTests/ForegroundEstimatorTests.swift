import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Foreground estimation")
struct CorruptionForegroundTests {
    @Test("An object on a plain background is found, including its holes")
    func disc() {
        let (image, truth) = CorruptionTestImages.disc()
        let mask = ForegroundEstimator().foreground(of: image)
        let both = zip(mask, truth).count { $0 == 1 && $1 == 1 }
        let either = zip(mask, truth).count { $0 == 1 || $1 == 1 }
        #expect(Float(both) / Float(either) > 0.95)
        #expect(mask[64 * 128 + 64] == 1)
    }

    @Test("An object can touch the border")
    func touchingObject() {
        var (image, _) = CorruptionTestImages.disc()
        for channel in 0..<3 {
            for y in 90..<128 {
                for x in 50..<78 { image.values[(channel * 128 + y) * 128 + x] = 0.7 }
            }
        }
        let mask = ForegroundEstimator().foreground(of: image)
        #expect(mask[127 * 128 + 60] == 1)
        #expect(mask[127 * 128 + 20] == 0)
    }

    @Test("Light from one side does not hide an object", arguments: [Float(0), 0.1, 0.3, 0.5])
    func slope(_ slope: Float) {
        var (image, truth) = CorruptionTestImages.disc()
        for index in image.values.indices {
            image.values[index] *=
                1 + slope * (Float(index % 128) / 128 - 0.5) - slope / 2 * (Float(index / 128 % 128) / 128)
        }
        let mask = ForegroundEstimator().foreground(of: image)
        let both = zip(mask, truth).count { $0 == 1 && $1 == 1 }
        let either = zip(mask, truth).count { $0 == 1 || $1 == 1 }
        #expect(Float(both) / Float(either) > 0.9)
    }

    @Test("An object that is cut off at one side or in a corner is found", arguments: [0, 40, 98])
    func cutOff(_ left: Int) {
        var image = PlanarImage(width: 128, height: 128, channels: 3, repeating: 0.2)
        for channel in 0..<3 {
            for y in 108..<128 {
                for x in left..<left + 30 { image.values[(channel * 128 + y) * 128 + x] = 0.7 }
            }
        }
        let mask = ForegroundEstimator().foreground(of: image)
        #expect(mask[120 * 128 + left + 15] == 1 && mask[20 * 128 + 64] == 0)
    }

    @Test("Grains that lie on the border as densely as inside are a surface")
    func grains() {
        var image = PlanarImage(width: 128, height: 128, channels: 3, repeating: 0.8)
        var generator = SeededGenerator(seed: 62)
        for _ in 0..<60 {
            let (x, y) = (generator.integer(below: 128), generator.integer(below: 128))
            for index in 0..<128 * 128
            where (index % 128 - x) * (index % 128 - x) + (index / 128 - y) * (index / 128 - y) < 20 {
                for channel in 0..<3 { image.values[channel * 128 * 128 + index] = 0.2 }
            }
        }
        #expect(ForegroundEstimator().foreground(of: image).allSatisfy { $0 == 1 })
        #expect(ForegroundEstimator().brightness(of: image) == nil)
    }

    @Test("The brightness of border and object does not depend on the object's size")
    func brightness() throws {
        let (image, truth) = CorruptionTestImages.disc()
        let found = try #require(ForegroundEstimator().brightness(of: image))
        let object = truth.indices.filter { truth[$0] == 1 }.map { image.colour(at: $0).sum() / 3 }.sorted()
        #expect(abs(found.object - object[object.count / 2]) < 0.02)
        #expect(abs(found.border - image.colour(at: 0).sum() / 3) < 0.05)
    }

    @Test("Isolated specks are not objects")
    func specks() {
        var (image, _) = CorruptionTestImages.disc()
        for index in [5 * 128 + 9, 100 * 128 + 5, 6 * 128 + 120] { image.values[index] = 1 }
        let mask = ForegroundEstimator().foreground(of: image)
        #expect(mask[5 * 128 + 9] == 0 && mask[100 * 128 + 5] == 0 && mask[6 * 128 + 120] == 0)
    }

    @Test("Without a plain background, the whole image is foreground")
    func notPlain() {
        var noise = PlanarImage(width: 50, height: 40, channels: 3, repeating: 0)
        var generator = SeededGenerator(seed: 61)
        for index in noise.values.indices { noise.values[index] = generator.uniform() }
        let flat = PlanarImage(width: 50, height: 40, channels: 3, repeating: 0.4)
        let pixel = PlanarImage(width: 1, height: 1, channels: 3, repeating: 0.4)
        for image in [noise, flat, pixel] {
            let mask = ForegroundEstimator().foreground(of: image)
            #expect(mask == [UInt8](repeating: 1, count: image.width * image.height))
        }
    }

    @Test("Opening removes thin lines, closing bridges thin gaps, and large shapes remain")
    func morphology() {
        var mask = BinaryMask(width: 12, height: 10, values: [UInt8](repeating: 0, count: 120))
        for index in 0..<120 {
            let x = index % 12, y = index / 12
            if (2..<7).contains(x) && (2..<8).contains(y) || y == 0 { mask.values[index] = 1 }
        }
        var opened = mask
        opened.open(radius: 1)
        #expect(opened.area == 30)
        mask.close(radius: 1)
        #expect(mask.values[1 * 12 + 4] == 1)
        #expect(mask.values[5 * 12 + 9] == 0)
    }
}
