import Testing

@testable import Imaging

@Suite struct MaskTests {
    @Test("Pixels of at least half of the largest value are set", arguments: ["grey1.png", "grey8.png", "grey16.png"])
    func grey(name: String) throws {
        let mask = try DecodedMask.decode(path: Fixture.path(name)).mask
        let values = try Fixture.decode(name).image.values
        let largest = try #require(values.max())
        #expect(mask.values == values.map { $0 * 2 >= largest ? 1 : 0 })
        #expect(mask.area == mask.values.count { $0 == 1 })
        #expect(mask.area > 0)
    }

    @Test("Label 1 and colours count as set")
    func faint() throws {
        let image = PlanarImage(width: 2, height: 1, channels: 3, values: [0, 0, 0, 0, 0, 1.0 / 255])
        let mask = try Mask.decode(bytes: PNGEncoder.encode(image), name: "a.png")
        #expect(mask == Mask(width: 2, height: 1, values: [0, 1]))
    }

    @Test("A mask survives PNG, which stores 0 and 255")
    func roundTrip() throws {
        let mask = Mask(width: 3, height: 2, values: [0, 1, 1, 0, 0, 1])
        #expect(try Mask.decode(bytes: mask.pngBytes(), name: "a.png") == mask)
        #expect(try ImageDecoder.decode(bytes: mask.pngBytes(), name: "a.png").image.values == [0, 1, 1, 0, 0, 1])
    }

    @Test("A mask without set pixels is empty")
    func empty() {
        let mask = Mask(width: 2, height: 2, values: [0, 0, 0, 0])
        #expect(mask.area == 0)
    }

    @Test("Resizing takes the pixel under the new pixel's centre")
    func resized() {
        let mask = Mask(width: 2, height: 1, values: [0, 1])
        #expect(mask.resized(width: 4, height: 2) == Mask(width: 4, height: 2, values: [0, 0, 1, 1, 0, 0, 1, 1]))
        #expect(mask.resized(width: 4, height: 2).resized(width: 2, height: 1) == mask)
        #expect(Mask(width: 3, height: 1, values: [0, 1, 0]).resized(width: 1, height: 1).values == [1])
    }
}

@Suite("Mask rule")
struct MaskRuleTests {
    @Test(
        "All kinds of files give the same region, with a remark if another rule than \"not black\" applied",
        arguments: MaskKind.all)
    func kinds(kind: MaskKind) throws {
        let decoded = try DecodedMask.decode(bytes: kind.bytes(), name: "mask")
        #expect(decoded.mask.values == MaskKind.region, "\(decoded.mask.area) pixels")
        #expect(decoded.remarks.isEmpty == kind.words.isEmpty, "\(decoded.remarks)")
        if !kind.words.isEmpty { #expect(decoded.remarks.first?.contains(kind.words) == true, "\(decoded.remarks)") }
    }

    @Test("A mask of one colour is empty for black or palette index 0, otherwise full")
    func oneColour() throws {
        func area(_ bytes: [UInt8]) throws -> Int { try Mask.decode(bytes: bytes, name: "mask").area }
        let all = MaskKind.region.count
        #expect(try area(MaskKind.png(0) { _, _ in [0] }) == 0)
        #expect(try area(MaskKind.png(0) { _, _ in [3] }) == all)
        #expect(try area(MaskKind.png(3, palette: [255, 255, 255, 9, 9, 9]) { _, _ in [0] }) == 0)
        #expect(try area(MaskKind.png(3, palette: [255, 255, 255, 9, 9, 9]) { _, _ in [1] }) == all)
        #expect(try area(MaskKind.png(6) { _, _ in [0, 0, 0, 0] }) == 0)
        #expect(try area(RawPNG.bytes(colour: 0, rows: [[255]], width: 1)) == 1)
    }

    @Test("NaN is background and gets a remark")
    func notNumbers() throws {
        var values = MaskKind.region.map { Float($0) }
        values[0] = .nan
        let decoded = try DecodedMask.decode(bytes: MaskKind.map(values), name: "mask")
        #expect(decoded.mask.values == MaskKind.region)
        #expect(decoded.remarks == ["holds 1 values that are not numbers, which count as background"])
    }

    @Test("A mask that seems inverted gets a remark")
    func inverted() throws {
        let decoded = try DecodedMask.decode(bytes: MaskKind.png(0) { label, _ in [255 - label * 255] }, name: "mask")
        #expect(decoded.mask.area == MaskKind.region.count - 63)
        #expect(
            decoded.remarks.count == 1
                && decoded.remarks[0].contains("labels the whole edge of the image and 417 of 480"))
    }

    @Test("Orientation applies to masks", arguments: [3, 6, 8])
    func orientation(code: Int) throws {
        for suffix in ["png", "tif"] {
            let name = "orientation-\(code).\(suffix)"
            let image = try Fixture.decode(name).image
            let mask = try DecodedMask.decode(path: Fixture.path(name)).mask
            #expect((mask.width, mask.height) == (image.width, image.height))
        }
    }
}
