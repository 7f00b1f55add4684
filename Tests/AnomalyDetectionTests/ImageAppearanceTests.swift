import Imaging
import Testing

@testable import AnomalyDetection

@Suite("Image appearance")
struct ImageAppearanceTests {
    /// A grey pattern with a constant difference between channels.
    private func image(warmth: Float = 0, gain: Float = 1, offset: Float = 0, side: Int = 32) -> PlanarImage {
        var values: [Float] = []
        for channel in 0..<3 {
            for pixel in 0..<side * side {
                let grey = Float((pixel * 7919 + pixel / side * 13) % 101) / 404 + 0.3
                values.append(grey * gain + offset + (channel == 0 ? warmth / 2 : channel == 2 ? -warmth / 2 : 0))
            }
        }
        return PlanarImage(width: side, height: side, channels: 3, values: values)
    }

    @Test("Brightness, contrast and warmth follow their formulas")
    func formulas() {
        let plain = ImageAppearance(image()), bright = ImageAppearance(image(offset: 0.1))
        let strong = ImageAppearance(image(gain: 1.5)), warm = ImageAppearance(image(warmth: 0.2))
        #expect(abs(bright.brightness - plain.brightness - 0.1) < 1e-6)
        #expect(abs(bright.contrast - plain.contrast) < 1e-6)
        #expect(abs(strong.contrast / plain.contrast - 1.5) < 1e-5)
        #expect(abs(warm.warmth - 0.2) < 1e-6 && abs(warm.saturation - 0.2) < 1e-6)
        #expect(plain.warmth == 0 && plain.saturation == 0)
    }

    @Test("Sharpness falls with blur and does not depend on exposure or contrast")
    func sharpness() {
        let plain = ImageAppearance(image())
        #expect(abs(ImageAppearance(image(gain: 0.5, offset: 0.2)).sharpness / plain.sharpness - 1) < 1e-4)
        let blurred = image(side: 64).resized(width: 16, height: 16).resized(width: 32, height: 32)
        #expect(ImageAppearance(blurred).sharpness < 0.7 * plain.sharpness)
        let flat = PlanarImage(width: 8, height: 8, channels: 3, repeating: 0.4)
        #expect(ImageAppearance(flat).sharpness == 0)
    }
}

@Suite("Camera changes")
struct CameraChangeTests {
    static let image = CorruptionTestImages.weave(width: 100, height: 50, seed: 1)

    static func mean(_ image: PlanarImage, channel: Int) -> Float {
        let plane = image.width * image.height
        return image.values[channel * plane..<(channel + 1) * plane].reduce(0, +) / Float(plane)
    }

    /// The sum of absolute differences between neighbours, as a measure of sharpness.
    static func sharpness(_ image: PlanarImage) -> Float {
        zip(image.values, image.values.dropFirst()).reduce(0) { $0 + abs($1.0 - $1.1) }
    }

    @Test("A change keeps the size and range of the image", arguments: CameraChange.allCases)
    func changes(_ change: CameraChange) {
        let changed = change.applied(to: Self.image)
        #expect(changed != Self.image)
        #expect((changed.width, changed.height, changed.channels) == (100, 50, 3))
        #expect(changed.values.allSatisfy { (0...1).contains($0) })
    }

    @Test("A shift moves the view by the cropped amount")
    func places() {
        // A black line on grey moves according to the scale and position of the crop.
        let down = PlanarImage(
            width: 100, height: 100, channels: 3,
            values: (0..<3).flatMap { _ in (0..<100).flatMap { y in (0..<100).map { _ in y == 90 ? 0 : 0.5 } } })
        func darkest(_ image: PlanarImage, _ index: (Int) -> Int) -> Int {
            (0..<100).min { image.values[index($0)] < image.values[index($1)] }!
        }
        // 98 rows become 100: row 90 moves to 90.5 / 98 * 100.
        #expect(darkest(CameraChange.shiftedDown.applied(to: down)) { $0 * 100 + 50 } == 92)
        let across = PlanarImage(
            width: 100, height: 100, channels: 3,
            values: (0..<3).flatMap { _ in (0..<100).flatMap { _ in (0..<100).map { $0 == 90 ? 0 : 0.5 } } })
        #expect(darkest(CameraChange.shiftedAcross.applied(to: across)) { 50 * 100 + $0 } == 92)
    }

    @Test("Each change matches its name")
    func names() {
        func after(_ change: CameraChange) -> PlanarImage { change.applied(to: Self.image) }
        #expect(Self.mean(after(.darker), channel: 1) < 0.95 * Self.mean(Self.image, channel: 1))
        #expect(Self.mean(after(.brighter), channel: 1) > 1.04 * Self.mean(Self.image, channel: 1))
        #expect(Self.mean(after(.warmer), channel: 0) > Self.mean(Self.image, channel: 0))
        #expect(Self.mean(after(.warmer), channel: 2) < Self.mean(Self.image, channel: 2))
        #expect(Self.mean(after(.cooler), channel: 2) > Self.mean(Self.image, channel: 2))
        #expect(Self.sharpness(after(.blurred)) < Self.sharpness(Self.image))
        #expect(Self.sharpness(after(.sharper)) > Self.sharpness(Self.image))
        #expect(Self.sharpness(after(.moreContrast)) > Self.sharpness(after(.lessContrast)))
        // A crop of 98 x 49 pixels, enlarged. The cropped pixels lie on the right or at the bottom.
        #expect(abs(after(.shiftedAcross).values[25 * 100] - Self.image.values[25 * 100]) < 0.1)
        #expect(abs(after(.shiftedDown).values[50] - Self.image.values[50]) < 0.1)
        #expect(Set(CameraChange.allCases.map(\.label)).count == CameraChange.allCases.count)
    }
}
