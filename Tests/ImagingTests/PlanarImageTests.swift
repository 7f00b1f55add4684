import Testing

@testable import Imaging

@Suite struct PlanarImageTests {
    @Test("Grey becomes RGB by repetition and is restored exactly")
    func colours() {
        let grey = Pattern.image(channels: 1, bits: 16)
        let rgb = grey.convertedToRGB()
        #expect(rgb.channels == 3)
        #expect(rgb.values == grey.values + grey.values + grey.values)
        #expect(rgb.convertedToGrey() == grey)
        #expect(grey.convertedToGrey() == grey)
        #expect(rgb.convertedToRGB() == rgb)
    }

    @Test("RGB becomes grey with the weights of BT.601")
    func luma() {
        let image = PlanarImage(width: 3, height: 1, channels: 3, values: [1, 0, 0, 0, 1, 0, 0, 0, 1])
        #expect(image.convertedToGrey().values == [0.299, 0.587, 0.114])
    }

    @Test("A crop contains all channels")
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

@Suite struct ResizingTests {
    private static let image = Pattern.image(channels: 3, bits: 8)

    private func mean(_ image: PlanarImage) -> Double {
        image.values.reduce(0) { $0 + Double($1) } / Double(image.values.count)
    }

    @Test("The same size gives the same bits")
    func identity() {
        #expect(Self.image.resized(width: 21, height: 18) == Self.image)
    }

    @Test("Shrinking preserves the mean", arguments: [(20, 18), (21, 5), (7, 6), (13, 11), (1, 1), (2, 17)])
    func mean(size: (width: Int, height: Int)) {
        let small = Self.image.resized(width: size.width, height: size.height)
        #expect(abs(mean(small) - mean(Self.image)) < 1e-6)
    }

    @Test("A constant stays constant", arguments: [(3, 3), (21, 40), (100, 5), (64, 64), (17, 18)])
    func constant(size: (width: Int, height: Int)) {
        let constant = PlanarImage(width: 21, height: 18, channels: 1, repeating: 0.1)
        #expect(constant.resized(width: size.width, height: size.height).values.allSatisfy { $0 == 0.1 })
    }

    @Test("Shrinking averages exactly the area of each pixel")
    func area() {
        let row = PlanarImage(width: 5, height: 1, channels: 1, values: [1, 2, 3, 4, 5])
        // Each new pixel covers 5/2 old ones: (1 + 2 + 3/2) / 2.5 and (3/2 + 4 + 5) / 2.5.
        #expect(row.resized(width: 2, height: 1).values == [1.8, 4.2])
        let square = PlanarImage(width: 2, height: 2, channels: 1, values: [0, 1, 2, 5])
        #expect(square.resized(width: 1, height: 1).values == [2])
    }

    @Test("Enlarging interpolates between pixel centres and is constant outside them")
    func linear() {
        let row = PlanarImage(width: 2, height: 1, channels: 1, values: [0, 1])
        #expect(row.resized(width: 4, height: 1).values == [0, 0.25, 0.75, 1])
        let column = PlanarImage(width: 1, height: 2, channels: 1, values: [0, 1])
        #expect(column.resized(width: 1, height: 4).values == [0, 0.25, 0.75, 1])
        #expect(column.resized(width: 3, height: 3).values == [0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1])
    }

    @Test("One axis can shrink while the other grows")
    func mixed() {
        let image = PlanarImage(width: 4, height: 1, channels: 1, values: [1, 3, 5, 7])
        #expect(image.resized(width: 2, height: 2).values == [2, 6, 2, 6])
    }

    @Test("Channels do not mix")
    func channels() {
        for channel in 0..<3 {
            let plane = Array(Self.image.values[(channel * 378)..<((channel + 1) * 378)])
            let alone = PlanarImage(width: 21, height: 18, channels: 1, values: plane).resized(width: 10, height: 30)
            let together = Self.image.resized(width: 10, height: 30)
            #expect(Array(together.values[(channel * 300)..<((channel + 1) * 300)]) == alone.values)
        }
    }

    @Test("NaN and infinity affect only pixels that they contribute to")
    func specialValues() {
        let map = FloatMap(width: 4, height: 1, values: [.nan, 1, 2, .infinity])
        let small = map.resized(width: 2, height: 1).values
        #expect(small[0].isNaN)
        #expect(small[1] == .infinity)
        let large = map.resized(width: 12, height: 1).values
        #expect(large[4] == 1)  // exactly at the centre of an old pixel, without neighbours
        #expect(large[7] == 2)
    }

}
