import BinaryCoding
import BinaryCodingTestSupport
import Testing

let testFormat = FileFormat(magic: "TESTFILE", version: 3)

@Suite("Byte writer and reader")
struct ByteCodingTests {
    @Test("round-trip every kind of value bit by bit")
    func roundTrip() throws {
        let texts = ["", "screw", "grün, 汉字, 🔩", "line\nbreak\0"]
        let integers = [0, 1, -1, .max, .min]
        let floats: [Float] = [0, -0.0, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .nan, 1 / 3]
        let doubles: [Double] = [-0.0, -.infinity, .leastNonzeroMagnitude, .signalingNaN, 1 / 3]
        var writer = ByteWriter(testFormat)
        for text in texts { writer.write(text) }
        for integer in integers { writer.write(integer) }
        for float in floats { writer.write(float) }
        for double in doubles { writer.write(double) }
        writer.write(UInt8.max)
        writer.write(UInt32.max)
        writer.write(UInt64.max)
        writer.write(block: floats)
        writer.write(block: [UInt16]())
        writer.write(block: [UInt16.max, 1])

        var reader = try ByteReader(writer.bytes, testFormat, name: "file")
        for text in texts { #expect(try reader.readText() == text) }
        for integer in integers { #expect(try reader.readInt() == integer) }
        for float in floats { #expect(try reader.readFloat().bitPattern == float.bitPattern) }
        for double in doubles { #expect(try reader.readDouble().bitPattern == double.bitPattern) }
        #expect(try reader.readUInt8() == .max)
        #expect(try reader.readUInt32() == .max)
        #expect(try reader.readInt() == -1)
        #expect(try reader.readBlock(of: Float.self).map(\.bitPattern) == floats.map(\.bitPattern))
        #expect(try reader.readBlock(of: UInt16.self) == [])
        #expect(try reader.readBlock(of: UInt16.self) == [.max, 1])
        try reader.finish()
    }

    @Test("write little-endian numbers after the magic word and the version, and the SHA-256 of all of it")
    func layout() {
        var writer = ByteWriter(testFormat)
        writer.write(0x0102_0304_0506_0708)
        writer.write(Float(1))
        writer.write("é")
        writer.write(block: [UInt16(0x1234)])
        let expected = [UInt8](
            hex: """
                5445535446494C45 03000000
                0807060504030201 0000803F
                0200000000000000 C3A9
                0100000000000000 3412
                """)
        // Python's hashlib.sha256 of these bytes.
        let digest = [UInt8](hex: "865c8738805b4be00a9d025c0ef4fc08b2577bf1b490d8de3ff661f621a960e6")
        #expect(writer.bytes == expected + digest)
    }
}
