import Testing

@testable import Imaging

@Suite struct PlanarImageTests {
    @Test("grey becomes RGB by repetition, and comes back exactly")
    func colours() {
        let grey = Pattern.image(channels: 1, bits: 16)
        let rgb = grey.convertedToRGB()
        #expect(rgb.channels == 3)
        #expect(rgb.values == grey.values + grey.values + grey.values)
        #expect(rgb.convertedToGrey() == grey)
        #expect(grey.convertedToGrey() == grey)
        #expect(rgb.convertedToRGB() == rgb)
    }

    @Test("RGB becomes grey by the weights of BT.601")
    func luma() {
        let image = PlanarImage(width: 3, height: 1, channels: 3, values: [1, 0, 0, 0, 1, 0, 0, 0, 1])
        #expect(image.convertedToGrey().values == [0.299, 0.587, 0.114])
    }

    @Test("a crop takes its pixels from all channels")
    func crop() {
        let image = Pattern.image(channels: 3, bits: 8)
        let part = image.cropped(x: 4, y: 7, width: 5, height: 3)
        #expect(part.width == 5)
        #expect(part.height == 3)
        for channel in 0..<3 {
            for y in 0..<3 {
                for x in 0..<5 {
                    let expected = Pattern.scaled(Pattern.sample(x + 4, y + 7, channel, bits: 8), bits: 8)
                    #expect(part.values[(channel * 3 + y) * 5 + x] == expected)
                }
            }
        }
        #expect(image.cropped(x: 0, y: 0, width: 21, height: 18) == image)
    }
}
