import BinaryCoding
import BinaryCodingTestSupport
import Imaging
import Tensors
import Testing

@testable import AnomalyDetection

@Suite("Packed image")
struct PackedImageTests {
    static let packed = PackedImage(
        PlanarImage(
            width: 2, height: 1, channels: 3, values: [0, 1, 0.5, 0.25, 1 / 65535, 65534 / 65535]),
        original: PackedImage.Original(width: 640, height: 480, bitDepth: 12, format: .tiff, colour: .grey))

    /// `packed` in version 2 without its digest, written in Python with struct.pack("<8sI5qq4sq4sq6H", b"NOMIMAGE", 2,
    /// 2, 1, 640, 480, 12, 4, b"tiff", 4, b"grey", 6, 0, 65535, 32768, 16384, 1, 65534).
    static let content = [UInt8](
        hex: """
            4E4F4D494D41474502000000020000000000000001000000000000008002000000000000E0010000000000000C000000
            0000000004000000000000007469666604000000000000006772657906000000000000000000FFFF008000400100FEFF
            """)

    @Test("The bytes match the format and are read back")
    func layout() throws {
        #expect(try PackedImage(bytes: Self.content.sealed, name: "image") == Self.packed)
        #expect(Self.packed.bytes == Self.content.sealed)
    }

    @Test("16-bit values are exact, other values are rounded")
    func precision() throws {
        let values = (0..<3 * 64 * 64).map { index -> Float in Float((index * 16) % 65536) * (1 / 65535) }
        let image = PlanarImage(width: 64, height: 64, channels: 3, values: values)
        let packed = PackedImage(image, original: Self.packed.original)
        #expect(try PackedImage(bytes: packed.bytes, name: "image").image == image)

        let odd = CorruptionTestImages.weave(width: 31, height: 17)
        let unpacked = PackedImage(odd, original: Self.packed.original).image
        #expect(zip(odd.values, unpacked.values).allSatisfy { abs($0 - $1) < 0.501 / 65535 })
        #expect((unpacked.width, unpacked.height) == (31, 17))
    }

    @Test("Values outside 0...1 are clamped")
    func clamping() {
        let image = PlanarImage(width: 1, height: 1, channels: 3, values: [-1, 2, .infinity])
        #expect(PackedImage(image, original: Self.packed.original).values == [0, 65535, 65535])
    }

    @Test("Any flipped bit is an error")
    func bitFlips() {
        for bytes in DamagedBytes.bitFlips(of: Self.content.sealed) {
            #expect(throws: FormatError.self) { try PackedImage(bytes: bytes, name: "image") }
        }
    }

    @Test("A file truncated after any byte is an error")
    func truncation() {
        for bytes in DamagedBytes.truncations(of: Self.content).map(\.sealed) {
            #expect(throws: FormatError.self, "\(bytes.count) bytes") { try PackedImage(bytes: bytes, name: "image") }
        }
        #expect(throws: FormatError.self) { try PackedImage(bytes: (Self.content + [0]).sealed, name: "image") }
    }

    @Test("A file with any changed byte is an error or an image of consistent size")
    func mutation() {
        var refused = 0
        for bytes in DamagedBytes.mutations(of: Self.content).map(\.sealed) {
            do throws(FormatError) {
                let packed = try PackedImage(bytes: bytes, name: "image")
                #expect(packed.image.values.count == 3 * packed.width * packed.height)
            } catch { refused += 1 }
        }
        #expect((500..<2000).contains(refused))
    }

    @Test("A size that does not match the values is an error")
    func wrongSize() {
        var bytes = Self.content.sealed
        bytes[12] = 3
        #expect(throws: FormatError.damaged("image", what: "6 values for 3 x 1 pixels")) {
            try PackedImage(bytes: bytes.resealed, name: "image")
        }
        bytes[12] = 0
        #expect(throws: FormatError.outOfRange("image", what: "the width", found: 0, allowed: 1...65536)) {
            try PackedImage(bytes: bytes.resealed, name: "image")
        }
    }

    @Test("All samples survive, and any value is clamped and rounded as one by one")
    func samples() {
        let all = (0...65535).map { UInt16($0) }
        #expect(SampleKernels.packed16(SampleKernels.unpacked16(all)) == all)
        #expect(SampleKernels.unpacked16(all) == all.map { Float($0) * (1 / 65535) })
        var values: [Float] = [
            .nan, -.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, 0.49999997 / 65535, 1.0000001,
        ]
        for sample in stride(from: 0, to: 65535, by: 7) {
            let half = (Float(sample) + 0.5) / 65535
            values += [half.nextDown, half, half.nextUp]
        }
        values += (0..<5000).map { Float($0) * 3e-4 - 0.2 }
        #expect(SampleKernels.packed16(values) == values.map(PackedImage.sample))
    }
}
