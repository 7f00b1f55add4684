import Testing

@testable import Imaging

@Suite struct OverlayTests {
    private func pixel(_ image: PlanarImage, _ x: Int, _ y: Int) -> [Float] {
        (0..<3).map { image.values[($0 * image.height + y) * image.width + x] }
    }

    @Test("The brightness of the colour map rises from black to white")
    func brightness() {
        let colours = Cubehelix(start: 0.35, rotations: 0.5, hue: 1.5).table(over: 0...1)
        let table = PlanarImage(
            width: 256, height: 1, channels: 3, values: colours.map(\.red) + colours.map(\.green) + colours.map(\.blue))
        let grey = table.convertedToGrey().values
        #expect(grey.first == 0)
        #expect(grey.last == 1)
        #expect(zip(grey, grey.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("Colours follow Green's formula")
    func cubehelix() {
        // Green's own default (start 0.5, -1.5 rotations, hue 1, gamma 1) at 1/4 and 3/4, computed in Python with
        // the formula of the article: the angle is 2 pi (start / 3 + 1 + rotations * value).
        let scheme = Cubehelix(start: 0.5, rotations: -1.5, hue: 1)
        let (low, high) = (scheme.colour(at: 0.25), scheme.colour(at: 0.75))
        let expectedLow: [Float] = [0.084954, 0.324996, 0.297872]
        #expect(zip([low.red, low.green, low.blue], expectedLow).allSatisfy { abs($0 - $1) < 1e-5 })
        let expectedHigh: [Float] = [0.7798, 0.701538, 0.928661]
        #expect(zip([high.red, high.green, high.blue], expectedHigh).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("The grey image shows where the map is low, the colour where it is high")
    func transparency() {
        let image = PlanarImage(width: 2, height: 1, channels: 3, values: [0.2, 0.2, 0.4, 0.4, 0.6, 0.6])
        let grey = image.convertedToGrey().values[0]
        let map = FloatMap(width: 2, height: 1, values: [-5, 100])
        let picture = Overlay.render(image: image, map: map, range: 0...10, mask: nil, opacity: 1)
        #expect(pixel(picture, 0, 0) == [grey, grey, grey])
        let colour = pixel(picture, 1, 0)
        #expect(colour[0] > 0.9 && colour[1] > 0.6 && colour[2] < 0.5)  // yellow
        let half = Overlay.render(image: image, map: map, range: 0...10, mask: nil, opacity: 0.5)
        #expect(abs(pixel(half, 1, 0)[2] - 0.5 * (grey + colour[2])) < 1e-6)
    }

    @Test("An empty range and NaN are drawn")
    func degenerate() {
        let image = PlanarImage(width: 3, height: 1, channels: 1, repeating: 0.5)
        let map = FloatMap(width: 3, height: 1, values: [.nan, 1, 2])
        let picture = Overlay.render(image: image, map: map, range: 1...1, mask: nil, opacity: 1)
        #expect(pixel(picture, 0, 0) == [0.5, 0.5, 0.5])
        #expect(pixel(picture, 1, 0) == [0.5, 0.5, 0.5])
        #expect(pixel(picture, 2, 0) != [0.5, 0.5, 0.5])
    }

    @Test("The ground truth has a light line inside and a dark edge outside")
    func outline() {
        let image = PlanarImage(width: 9, height: 9, channels: 1, repeating: 0.5)
        let map = FloatMap(width: 9, height: 9, values: [Float](repeating: 0, count: 81))
        let mask = Mask(width: 9, height: 9, values: (0..<81).map { (2...6).contains($0 % 9) && $0 / 9 <= 5 ? 1 : 0 })
        let picture = Overlay.render(image: image, map: map, range: 0...1, mask: mask).convertedToGrey()
        let drawn = picture.values.map { $0 > 0.6 ? "o" : $0 < 0.4 ? "#" : "." }
        let rows = (0..<9).map { drawn[($0 * 9)..<($0 * 9 + 9)].joined() }
        #expect(
            rows == [
                ".#ooooo#.", ".#o...o#.", ".#o...o#.", ".#o...o#.", ".#o...o#.", ".#ooooo#.", ".#######.", ".........",
                ".........",
            ])
    }

    @Test("Map and mask are resized to the image")
    func sizes() {
        let image = PlanarImage(width: 600, height: 30, channels: 3, repeating: 0.5)
        let map = FloatMap(width: 20, height: 1, values: (0..<20).map { Float($0) })
        let mask = Mask(width: 2, height: 1, values: [0, 1])
        let picture = Overlay.render(image: image, map: map, range: 0...19, mask: mask)
        #expect(picture.width == 600)
        #expect(picture.height == 30)
        #expect(picture.channels == 3)
        let light: [Float] = [0.55, 1, 0.75]
        #expect((300...301).allSatisfy { pixel(picture, $0, 15) == light })  // two pixels wide in large pictures
        #expect(pixel(picture, 302, 15) != light)
    }
}
