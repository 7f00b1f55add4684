import BinaryCoding
import BinaryCodingTestSupport
import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Corruption shard")
struct CorruptionShardTests {
    static let shard = CorruptionShard(
        imageWidth: 8, imageHeight: 4,
        samples: [
            CorruptionShard.Sample(
                image: 3, variant: 70000, x: 2, y: 1, width: 3, height: 3, mask: [0b1010_0101, 1],
                values: Array(1...15)),
            CorruptionShard.Sample(image: 0, variant: 70001, x: 0, y: 0, width: 0, height: 0, mask: [], values: []),
        ])

    /// `shard` in version 2 without its digest, written in Python with struct.pack: "<8sI3q" of b"NOMCRRPT", 2, 8, 4,
    /// 2, then per sample "<6I" of its numbers, and "<q" counts before the bytes of its mask and its "<H" values.
    static let content = [UInt8](
        hex: """
            4E4F4D435252505402000000080000000000000004000000000000000200000000000000030000007011010002000000
            0100000003000000030000000200000000000000A5010F00000000000000010002000300040005000600070008000900
            0A000B000C000D000E000F00000000007111010000000000000000000000000000000000000000000000000000000000
            00000000
            """)

    @Test("The bytes match the format and are read back")
    func layout() throws {
        #expect(try CorruptionShard(bytes: Self.content.sealed, name: "shard") == Self.shard)
        #expect(Self.shard.bytes == Self.content.sealed)
    }

    @Test(
        "Masks are restored exactly, changed pixels to 16 bits, all others bit by bit",
        arguments: CorruptionKind.allCases)
    func restoration(_ kind: CorruptionKind) throws {
        let clean = CorruptionTestImages.weave(width: 41, height: 33)
        let model = CorruptionModel(
            parameters: CorruptionParameters(model: kind, cleanFraction: 0.2), normals: ImageList.weaves41,
            textures: nil)
        var samples: [CorruptedSample] = []
        for variant in 0..<12 {
            var generator = SeededGenerator(seed: 5, stream: "restoration", UInt64(variant))
            samples.append(model.corrupt(clean, using: &generator))
        }
        let shard = CorruptionShard(
            imageWidth: 41, imageHeight: 33,
            samples: samples.enumerated().map { CorruptionShard.Sample(image: 0, variant: $0, $1) })
        let stored = try CorruptionShard(bytes: shard.bytes, name: "shard")
        #expect(stored == shard)
        for (sample, original) in zip(stored.samples, samples) {
            let restored = sample.restored(on: clean)
            #expect(restored.mask == original.mask)
            let pixels = 41 * 33
            for index in clean.values.indices {
                let difference = abs(restored.corrupted.values[index] - original.corrupted.values[index])
                let allowed: Float = original.mask[index % pixels] == 1 ? 1 / 65535 : 0
                if difference > allowed { Issue.record("value \(index) is \(difference) off") }
            }
        }
        #expect(samples.contains { $0.mask.contains(1) })
    }

    @Test("Changes of a corner, of all pixels and of no pixel are stored")
    func extremes() {
        let clean = CorruptionTestImages.weave(width: 9, height: 7)
        for changed in [[0], [8], [54], [62], [0, 62], Array(0..<63), []] {
            var mask = [UInt8](repeating: 0, count: 63)
            var corrupted = clean
            for pixel in changed {
                mask[pixel] = 1
                for channel in 0..<3 { corrupted.values[channel * 63 + pixel] = Float(channel) / 2 }
            }
            let sample = CorruptionShard.Sample(
                image: 0, variant: 0, CorruptedSample(corrupted: corrupted, mask: mask))
            let restored = sample.restored(on: clean)
            #expect(restored.mask == mask)
            #expect(zip(restored.corrupted.values, corrupted.values).allSatisfy { abs($0 - $1) < 1 / 65535 })
            #expect(sample.values.count == 3 * changed.count)
        }
    }

    @Test("Any flipped bit is an error")
    func bitFlips() {
        for bytes in DamagedBytes.bitFlips(of: Self.content.sealed) {
            #expect(throws: FormatError.self) { try CorruptionShard(bytes: bytes, name: "shard") }
        }
    }

    @Test("A file truncated after any byte is an error")
    func truncation() {
        for bytes in DamagedBytes.truncations(of: Self.content).map(\.sealed) {
            #expect(throws: FormatError.self, "\(bytes.count) bytes") {
                try CorruptionShard(bytes: bytes, name: "shard")
            }
        }
        #expect(throws: FormatError.self) { try CorruptionShard(bytes: (Self.content + [0]).sealed, name: "shard") }
    }

    @Test("A file with any changed byte is an error or has restorable samples")
    func mutation() {
        var refused = 0
        let clean = PlanarImage(width: 8, height: 4, channels: 3, repeating: 0.5)
        for bytes in DamagedBytes.mutations(of: Self.content).map(\.sealed) {
            do throws(FormatError) {
                let shard = try CorruptionShard(bytes: bytes, name: "shard")
                guard shard.imageWidth == 8, shard.imageHeight == 4 else { continue }
                for sample in shard.samples { #expect(sample.restored(on: clean).mask.count == 32) }
            } catch { refused += 1 }
        }
        #expect((500..<2000).contains(refused))
    }

    @Test("An inconsistent sample is an error")
    func inconsistentSamples() {
        let edits: [(inout CorruptionShard.Sample) -> Void] = [
            { $0.x = 6 }, { $0.y = 2 }, { $0.width = 6 }, { $0.height = 1 }, { $0.width = 0 }, { $0.mask[1] = 3 },
            { $0.mask[0] = 0 }, { $0.mask.append(0) }, { $0.values.removeLast() }, { $0.values += [1, 2, 3] },
            { ($0.width, $0.height) = (0xFFFF_FFFF, 0xFFFF_FFFF) },
        ]
        for edit in edits {
            var shard = Self.shard
            edit(&shard.samples[0])
            #expect(throws: FormatError.damaged("shard", what: "sample 0 is inconsistent")) {
                try CorruptionShard(bytes: shard.bytes, name: "shard")
            }
        }
    }
}

extension ImageList {
    static let weaves41 = ImageList(
        images: (2..<5).map { CorruptionTestImages.weave(width: 41, height: 33, seed: $0) })
}
