import AnomalyDetection
import Imaging
import Testing

@Suite("Appearance of an image")
struct ImageAppearanceTests {
    /// A pattern of grey in which colours differ by a constant.
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

    @Test("brightness, contrast and warmth are what the formulas say")
    func formulas() {
        let plain = ImageAppearance(image()), bright = ImageAppearance(image(offset: 0.1))
        let strong = ImageAppearance(image(gain: 1.5)), warm = ImageAppearance(image(warmth: 0.2))
        #expect(abs(bright.brightness - plain.brightness - 0.1) < 1e-6)
        #expect(abs(bright.contrast - plain.contrast) < 1e-6)
        #expect(abs(strong.contrast / plain.contrast - 1.5) < 1e-5)
        #expect(abs(warm.warmth - 0.2) < 1e-6 && abs(warm.saturation - 0.2) < 1e-6)
        #expect(plain.warmth == 0 && plain.saturation == 0)
    }

    @Test("sharpness falls with blur, and neither exposure nor contrast moves it")
    func sharpness() {
        let plain = ImageAppearance(image())
        #expect(abs(ImageAppearance(image(gain: 0.5, offset: 0.2)).sharpness / plain.sharpness - 1) < 1e-4)
        let blurred = image(side: 64).resized(width: 16, height: 16).resized(width: 32, height: 32)
        #expect(ImageAppearance(blurred).sharpness < 0.7 * plain.sharpness)
        let flat = PlanarImage(width: 8, height: 8, channels: 3, repeating: 0.4)
        #expect(ImageAppearance(flat).sharpness == 0)
    }
}
