/// The checksum of PNG chunks (ISO 3309), for tests that change them.
enum CRC32 {
    static func of(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
        remainder = ~remainder
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: remainder >> $0) }
    }

    /// A whole chunk: length, kind, contents, checksum.
    static func chunk(_ kind: String, _ contents: [UInt8]) -> [UInt8] {
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: contents.count >> $0) }
        return length + Array(kind.utf8) + contents + of(Array(kind.utf8) + contents)
    }
}
