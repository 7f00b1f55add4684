import Testing

@testable import Imaging

@Suite struct MaskTests {
    @Test("a pixel is set from half of the largest value on", arguments: ["grey1.png", "grey8.png", "grey16.png"])
    func grey(name: String) throws {
        let mask = try Mask.decode(path: Fixture.path(name))
        let values = try Fixture.decode(name).image.values
        let largest = try #require(values.max())
        #expect(mask.values == values.map { $0 * 2 >= largest ? 1 : 0 })
        #expect(mask.area == mask.values.count { $0 == 1 })
        #expect(!mask.isEmpty)
    }

    @Test("labels of 1 and colours count as set")
    func faint() throws {
        let image = PlanarImage(width: 2, height: 1, channels: 3, values: [0, 0, 0, 0, 0, 1.0 / 255])
        let mask = try Mask.decode(bytes: PNGEncoder.encode(image), name: "a.png")
        #expect(mask == Mask(width: 2, height: 1, values: [0, 1]))
    }

    @Test("a mask comes back from its PNG, which holds 0 and 255")
    func roundTrip() throws {
        let mask = Mask(width: 3, height: 2, values: [0, 1, 1, 0, 0, 1])
        #expect(try Mask.decode(bytes: mask.pngBytes(), name: "a.png") == mask)
        #expect(try ImageDecoder.decode(bytes: mask.pngBytes(), name: "a.png").image.values == [0, 1, 1, 0, 0, 1])
    }

    @Test("a mask without a pixel is empty")
    func empty() {
        let mask = Mask(width: 2, height: 2, values: [0, 0, 0, 0])
        #expect(mask.isEmpty)
        #expect(mask.area == 0)
    }

    @Test("resizing takes the pixel under the new pixel's centre")
    func resized() {
        let mask = Mask(width: 2, height: 1, values: [0, 1])
        #expect(mask.resized(width: 4, height: 2) == Mask(width: 4, height: 2, values: [0, 0, 1, 1, 0, 0, 1, 1]))
        #expect(mask.resized(width: 4, height: 2).resized(width: 2, height: 1) == mask)
        #expect(Mask(width: 3, height: 1, values: [0, 1, 0]).resized(width: 1, height: 1).values == [1])
    }
}
