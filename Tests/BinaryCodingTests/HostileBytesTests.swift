import BinaryCoding
import BinaryCodingTestSupport
import Testing

@Suite("A damaged file")
struct HostileBytesTests {
    /// One value of each kind.
    static let complete: [UInt8] = {
        var writer = ByteWriter(testFormat)
        writer.write(UInt8(7))
        writer.write("text")
        writer.write(block: [Float(1), 2, 3])
        writer.write(5)
        writer.write(2.5)
        return writer.bytes
    }()

    static func read(_ bytes: [UInt8]) throws(FormatError) {
        var reader = try ByteReader(bytes, testFormat, name: "file")
        _ = try reader.readUInt8()
        _ = try reader.readText()
        _ = try reader.readBlock(of: Float.self)
        _ = try reader.readInt("the number", in: 0...9)
        _ = try reader.readDouble()
        try reader.finish()
    }

    /// A header and some bytes, given in hexadecimal digits.
    static func file(_ payload: String, magic: String = testFormat.magic, version: UInt8 = 3) -> [UInt8] {
        (Array(magic.utf8) + [version, 0, 0, 0] + [UInt8](hex: payload)).sealed
    }

    @Test("that is cut off after any byte, or has one flipped bit, is refused")
    func damage() throws {
        try HostileBytesTests.read(HostileBytesTests.complete)
        for bytes in DamagedBytes.truncations(of: HostileBytesTests.complete) {
            #expect(throws: FormatError.self) { try HostileBytesTests.read(bytes) }
        }
        for bytes in DamagedBytes.bitFlips(of: HostileBytesTests.complete) {
            #expect {
                try HostileBytesTests.read(bytes)
            } throws: { error in
                switch error as? FormatError {
                case .wrongFormat, .wrongVersion: bytes.starts(with: HostileBytesTests.complete[..<12]) == false
                case .digestMismatch: true
                default: false
                }
            }
        }
    }

    @Test("that was cut off after any byte and sealed again is truncated")
    func truncation() throws {
        let content = Array(HostileBytesTests.complete.dropLast(32))
        for bytes in DamagedBytes.truncations(of: content).dropFirst(12).map(\.sealed) {
            #expect {
                try HostileBytesTests.read(bytes)
            } throws: { error in
                guard case .truncated("file", let position, let needed, let present)? = error as? FormatError else {
                    return false
                }
                return position <= bytes.count && needed > present && present >= 0
            }
        }
    }

    @Test("with any byte changed and sealed again throws a format error or is read")
    func mutation() {
        var refused = 0
        for bytes in DamagedBytes.mutations(of: Array(HostileBytesTests.complete.dropLast(32))).map(\.sealed) {
            do throws(FormatError) { try HostileBytesTests.read(bytes) } catch {
                #expect(error.description.hasPrefix("file "))
                refused += 1
            }
        }
        #expect(refused > 500)
    }

    @Test(
        "with another format or version names it",
        arguments: [
            (file("", magic: "TESTFILF"), FormatError.wrongFormat("file", expected: "TESTFILE")),
            (file("", magic: "testfile"), .wrongFormat("file", expected: "TESTFILE")),
            (file("", version: 1), .wrongVersion("file", found: 1, expected: 3)),
            (file("", version: 4), .wrongVersion("file", found: 4, expected: 3)),
            (
                Array("TESTFILE".utf8) + [0xFF, 0xFF, 0xFF, 0xFF],
                .wrongVersion("file", found: 4_294_967_295, expected: 3)
            ),
            ([], .truncated("file", at: 0, needed: 12, present: 0)),
        ])
    func identity(_ bytes: [UInt8], _ expected: FormatError) {
        #expect(throws: expected) { try HostileBytesTests.read(bytes) }
    }

    @Test(
        "with a count beyond its bytes is truncated, and allocates nothing for it",
        arguments: [
            "FFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFF7F", "0000000000000080", "0000000000000040", "FFFFFFFF00000000",
            "0500000000000000",
        ])
    func counts(_ count: String) throws {
        let bytes = HostileBytesTests.file(count + "00000000")
        func isTruncated(_ read: (inout ByteReader) throws(FormatError) -> Void) throws {
            var reader = try ByteReader(bytes, testFormat, name: "file")
            #expect { try read(&reader) } throws: {
                if case .truncated? = $0 as? FormatError { true } else { false }
            }
        }
        try isTruncated { reader throws(FormatError) in _ = try reader.readText() }
        try isTruncated { reader throws(FormatError) in _ = try reader.readBlock(of: UInt8.self) }
        try isTruncated { reader throws(FormatError) in _ = try reader.readBlock(of: Float.self) }
        try isTruncated { reader throws(FormatError) in _ = try reader.readBlock(of: UInt64.self) }
    }

    @Test("with text that is not UTF-8 is damaged", arguments: ["FF", "C3", "C080", "EDA080", "F4908080", "41E28241"])
    func text(_ bytes: String) throws {
        let file = HostileBytesTests.file("0\(bytes.count / 2)00000000000000" + bytes)
        var reader = try ByteReader(file, testFormat, name: "file")
        #expect(throws: FormatError.damaged("file", at: 20, what: "text that is not UTF-8")) {
            try reader.readText()
        }
    }

    @Test("with a number out of range names the range")
    func range() throws {
        for (bytes, found) in [("0A00000000000000", 10), ("FFFFFFFFFFFFFFFF", -1), ("0000000000000080", Int.min)] {
            var reader = try ByteReader(HostileBytesTests.file(bytes), testFormat, name: "file")
            #expect(throws: FormatError.outOfRange("file", what: "the number", found: found, allowed: 0...9)) {
                try reader.readInt("the number", in: 0...9)
            }
        }
    }

    @Test("with trailing bytes is damaged")
    func trailingBytes() {
        let content = HostileBytesTests.complete.dropLast(32)
        #expect(throws: FormatError.damaged("file", at: content.count, what: "1 bytes after the end")) {
            try HostileBytesTests.read((content + [0]).sealed)
        }
    }
}
