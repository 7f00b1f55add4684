import Testing

@testable import Imaging

@Suite("What a mask labels")
struct MaskRuleTests {
    @Test("is the same in every kind of file, and said where it is not all that is not black", arguments: MaskKind.all)
    func kinds(kind: MaskKind) throws {
        let decoded = try DecodedMask.decode(bytes: kind.bytes(), name: "mask")
        #expect(decoded.mask.values == MaskKind.region, "\(decoded.mask.area) pixels")
        #expect(decoded.remarks.isEmpty == kind.words.isEmpty, "\(decoded.remarks)")
        if !kind.words.isEmpty { #expect(decoded.remarks.first?.contains(kind.words) == true, "\(decoded.remarks)") }
    }

    @Test("is nothing in one colour that is black or number 0 of a palette, and everything in another")
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

    @Test("leaves out what is not a number, and says so")
    func notNumbers() throws {
        var values = MaskKind.region.map { Float($0) }
        values[0] = .nan
        let decoded = try DecodedMask.decode(bytes: MaskKind.map(values), name: "mask")
        #expect(decoded.mask.values == MaskKind.region)
        #expect(decoded.remarks == ["holds 1 values that are not numbers, which count as background"])
    }

    @Test("may be the sound part, which is said")
    func inverted() throws {
        let decoded = try DecodedMask.decode(bytes: MaskKind.png(0) { label, _ in [255 - label * 255] }, name: "mask")
        #expect(decoded.mask.area == MaskKind.region.count - 63)
        #expect(
            decoded.remarks.count == 1
                && decoded.remarks[0].contains("labels the whole edge of the image and 417 of 480"))
    }

    @Test("is turned upright as an image is", arguments: [3, 6, 8])
    func orientation(code: Int) throws {
        for suffix in ["png", "tif"] {
            let name = "orientation-\(code).\(suffix)"
            let image = try Fixture.decode(name).image, mask = try Mask.decode(path: Fixture.path(name))
            #expect((mask.width, mask.height) == (image.width, image.height))
        }
    }
}
