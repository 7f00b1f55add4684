import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Augmentation")
struct AugmentationTests {
    /// An image of distinct values, which distinguishes permutations from copies.
    static func ramp(width: Int, height: Int) -> PlanarImage {
        let count = 3 * width * height
        return PlanarImage(
            width: width, height: height, channels: 3, values: (0..<count).map { Float($0) / Float(count) })
    }

    static func draws(_ augmentation: Augmentation, of image: PlanarImage, count: Int = 64) -> [PlanarImage] {
        (0..<count).map {
            var generator = SeededGenerator(seed: 1, stream: "augmentation", UInt64($0))
            return augmentation.applied(to: image, using: &generator)
        }
    }

    @Test("Without options, the image is unchanged")
    func off() {
        let image = Self.ramp(width: 5, height: 4)
        #expect(Self.draws(Augmentation(), of: image).allSatisfy { $0 == image })
    }

    @Test("Flips give exactly the image and its mirror images")
    func flips() {
        let image = Self.ramp(width: 5, height: 4)
        let mirrored = image.flipped(horizontally: true, vertically: false)
        let upsideDown = image.flipped(horizontally: false, vertically: true)
        let both = mirrored.flipped(horizontally: false, vertically: true)
        #expect(Array(mirrored.values[..<5]) == image.values[..<5].reversed())
        #expect(Array(upsideDown.values[..<5]) == Array(image.values[15..<20]))
        #expect(mirrored.flipped(horizontally: true, vertically: false) == image)
        func outcomes(_ augmentation: Augmentation) -> Set<[Float]> {
            Set(Self.draws(augmentation, of: image).map(\.values))
        }
        #expect(outcomes(Augmentation(flipHorizontal: true)) == [image.values, mirrored.values])
        #expect(outcomes(Augmentation(flipVertical: true)) == [image.values, upsideDown.values])
        #expect(
            outcomes(Augmentation(flipHorizontal: true, flipVertical: true))
                == [image.values, mirrored.values, upsideDown.values, both.values])
    }

    @Test("Quarter turns give four rotations of the same pixels")
    func quarterTurns() {
        let image = Self.ramp(width: 4, height: 4)
        let once = image.rotatedByQuarter(), twice = once.rotatedByQuarter(), thrice = twice.rotatedByQuarter()
        #expect(thrice.rotatedByQuarter() == image)
        #expect(twice == image.flipped(horizontally: true, vertically: true))
        // Counter-clockwise: the right column becomes the top row.
        #expect(Array(once.values[..<4]) == [3, 7, 11, 15].map { image.values[$0] })
        #expect(
            Set(Self.draws(Augmentation(quarterTurns: true), of: image).map(\.values))
                == [image.values, once.values, twice.values, thrice.values])
        for channel in 0..<3 {
            let range = channel * 16..<(channel + 1) * 16
            #expect(once.values[range].sorted() == Array(image.values[range]))
        }
        // An image that is not square keeps its shape.
        let oblong = Self.ramp(width: 6, height: 4)
        let turned = oblong.flipped(horizontally: true, vertically: true)
        #expect(
            Set(Self.draws(Augmentation(quarterTurns: true), of: oblong).map(\.values))
                == [oblong.values, turned.values])
    }

    @Test("Shifts mirror the image at its border and stay within their limit")
    func shifts() {
        let row = PlanarImage(width: 4, height: 1, channels: 1, values: [1, 2, 3, 4])
        let table: [Int: [Float]] = [
            0: [1, 2, 3, 4], 1: [1, 1, 2, 3], 2: [2, 1, 1, 2], -1: [2, 3, 4, 4], -3: [4, 4, 3, 2], 8: [1, 2, 3, 4],
        ]
        for (shift, expected) in table { #expect(row.shifted(x: shift, y: 0).values == expected, "\(shift)") }
        let column = PlanarImage(width: 1, height: 4, channels: 1, values: [1, 2, 3, 4])
        #expect(column.shifted(x: 0, y: 1).values == [1, 1, 2, 3])

        let image = Self.ramp(width: 20, height: 10)
        let allowed = Set(
            (-2...2).flatMap { x in (-1...1).map { y in image.shifted(x: x, y: y).values } })
        let drawn = Set(Self.draws(Augmentation(shift: 0.1), of: image, count: 200).map(\.values))
        #expect(drawn.isSubset(of: allowed))
        #expect(drawn.count > 10)
    }

    @Test(
        "Brightness scales values and contrast scales the spread, both within their limits and 0...1"
    )
    func brightnessAndContrast() {
        let image = PlanarImage(
            width: 8, height: 8, channels: 3, values: (0..<192).map { 0.4 + 0.2 * Float($0 % 2) })
        func mean(_ image: PlanarImage) -> Float { image.values.reduce(0, +) / 192 }
        func range(_ image: PlanarImage) -> Float { (image.values.max() ?? 0) - (image.values.min() ?? 0) }
        let brighter = Self.draws(Augmentation(brightness: 0.2), of: image)
        #expect(brighter.allSatisfy { (0.3999...0.6001).contains(mean($0)) && abs(range($0) - 0.4 * mean($0)) < 1e-5 })
        #expect((brighter.map(mean).max() ?? 0) > 0.57 && (brighter.map(mean).min() ?? 1) < 0.43)
        let steeper = Self.draws(Augmentation(contrast: 0.5), of: image)
        #expect(steeper.allSatisfy { (0.0999...0.3001).contains(range($0)) && abs(mean($0) - 0.5) < 1e-5 })
        #expect((steeper.map(range).max() ?? 0) > 0.27 && (steeper.map(range).min() ?? 1) < 0.13)
        let extreme = Self.draws(Augmentation(brightness: 2, contrast: 5), of: Self.ramp(width: 8, height: 8))
        #expect(extreme.allSatisfy { $0.values.allSatisfy { (0...1).contains($0) } })
    }

    @Test("The number of random draws does not depend on the options")
    func drawsAreFixed() {
        let image = Self.ramp(width: 6, height: 6)
        let variants = [
            Augmentation(), Augmentation(flipHorizontal: true), Augmentation(quarterTurns: true),
            Augmentation(shift: 0.3, brightness: 0.1),
            Augmentation(
                flipHorizontal: true, flipVertical: true, quarterTurns: true, shift: 0.1, brightness: 0.1,
                contrast: 0.1),
        ]
        for seed in 0..<UInt64(50) {
            let ends = variants.map { augmentation in
                var generator = SeededGenerator(seed: seed)
                _ = augmentation.applied(to: image, using: &generator)
                return generator
            }
            #expect(ends.allSatisfy { $0 == ends[0] })
        }
    }

    @Test("Colour scales each channel separately, and sharpness sharpens or blurs")
    func colourAndSharpness() {
        let image = CorruptionTestImages.weave(width: 24, height: 16, seed: 5)
        for drawn in Self.draws(Augmentation(colour: 0.1), of: image, count: 16) {
            let factors = (0..<3).map {
                CameraChangeTests.mean(drawn, channel: $0) / CameraChangeTests.mean(image, channel: $0)
            }
            #expect(factors.allSatisfy { (0.89...1.11).contains($0) })
            #expect(Set(factors).count == 3)
        }
        let sharpness = Self.draws(Augmentation(sharpness: 0.5), of: image, count: 32).map(CameraChangeTests.sharpness)
        #expect(sharpness.contains { $0 < CameraChangeTests.sharpness(image) })
        #expect(sharpness.contains { $0 > CameraChangeTests.sharpness(image) })
    }
}
