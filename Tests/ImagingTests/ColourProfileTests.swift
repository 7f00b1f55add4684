import Testing

@testable import Imaging

@Suite struct ColourProfileTests {
    @Test("The embedded profile is the same in every format", arguments: ["jpg", "tif", "webp"])
    func formats(kind: String) throws {
        let expected = try #require(ColourProfile(of: Fixture.bytes("profile.png")))
        #expect(ColourProfile(of: try Fixture.bytes("profile." + kind)) == expected)
        guard kind == "jpg" else { return }
        // Stray bytes before the first segment, which decoders skip.
        var file = try Fixture.bytes("profile." + kind)
        file.insert(contentsOf: [0, 0x12, 0xFF, 0], at: 2)
        #expect(ColourProfile(of: file) == expected)
        #expect(expected.name == "sRGB built-in")
    }

    @Test(
        "Files without a profile have none",
        arguments: ["rgb8.png", "rgb8-le.tif", "jpeg-rgb.jpg", "rgb8.webp", "rgb8.jp2"])
    func none(name: String) throws {
        #expect(ColourProfile(of: try Fixture.bytes(name)) == nil)
    }

    @Test("The profile of a JP2 and of a bitmap is found")
    func boxes() throws {
        let profile = try #require(ColourProfile(of: Fixture.bytes("profile.png")))
        func number(_ value: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        var file = try Fixture.bytes("rgb8.jp2")
        let colour = try #require(file.firstRange(of: "colr".utf8)).lowerBound - 4
        let old = try #require(file.big(at: colour, 4))
        let box = number(11 + profile.bytes.count) + Array("colr".utf8) + [2, 0, 0] + profile.bytes
        file.replaceSubrange(colour..<(colour + old), with: box)
        let header = try #require(file.firstRange(of: "jp2h".utf8)).lowerBound - 4
        let length = try #require(file.big(at: header, 4))
        file.replaceSubrange(header..<(header + 4), with: number(length + box.count - old))
        #expect(ColourProfile(of: file) == profile)
        #expect(try ImageDecoder.decode(bytes: file, name: "a.jp2").image == Pattern.image(channels: 3, bits: 8))

        var bitmap = try Fixture.bytes("rgb24-v5.bmp")
        bitmap.replaceSubrange(70..<74, with: Array("DEBM".utf8))
        bitmap.replaceSubrange(126..<130, with: number(bitmap.count - 14).reversed())
        bitmap.replaceSubrange(130..<134, with: number(profile.bytes.count).reversed())
        #expect(ColourProfile(of: bitmap + profile.bytes) == profile)
    }

    @Test("Fill bytes before a marker of a JPEG do not hide the profile")
    func fillBytes() throws {
        let expected = try #require(ColourProfile(of: Fixture.bytes("profile.png")))
        var file = try Fixture.bytes("profile.jpg")
        let marker = try #require(file.firstRange(of: [0xFF, 0xE2])).lowerBound
        file.insert(contentsOf: [0xFF, 0xFF], at: marker)
        #expect(ColourProfile(of: file) == expected)
        #expect((try? ImageDecoder.decode(bytes: file, name: "a.jpg")) != nil)
    }

    @Test("A profile that libpng leaves out is declared nevertheless")
    func leftOut() throws {
        let coloured = try Fixture.bytes("profile.png")
        let kind = try #require(coloured.firstRange(of: "iCCP".utf8)).lowerBound
        let length = try #require(coloured.big(at: kind - 4, 4))
        // The profile of colours in a grey image, after its header.
        var grey = try Fixture.bytes("grey8.png")
        #expect(ColourProfile.isDeclared(in: coloured) && !ColourProfile.isDeclared(in: grey))
        grey.insert(contentsOf: coloured[(kind - 4)..<(kind + 8 + length)], at: 33)
        #expect(ColourProfile(of: grey) == nil && ColourProfile.isDeclared(in: grey))
        for count in 0..<grey.count { _ = ColourProfile.isDeclared(in: Array(grey.prefix(count))) }
    }

    @Test("Damaged profiles and files never crash", arguments: ["png", "jpg", "tif", "webp"])
    func damaged(kind: String) throws {
        var bytes = try Fixture.bytes("profile." + kind)
        for position in stride(from: 0, to: bytes.count, by: 3) {
            let original = bytes[position]
            bytes[position] = 0xFF
            _ = ColourProfile(of: bytes)?.name
            _ = ColourProfile(of: Array(bytes.prefix(position)))?.name
            bytes[position] = original
        }
    }
}
