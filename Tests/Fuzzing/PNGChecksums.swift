/// Makes the checksums of a PNG right, as everybody who wants to do harm would: else no change gets past them.
enum PNGChecksums {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return bytes }
        var repaired = bytes
        var position = 8
        while position + 12 <= bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = position + 8 + length
            // A chunk that is cut off is left as it is; so is one whose checksum says so, for errors of checksums too.
            guard end + 4 <= bytes.count, bytes[end] != 0xBD else { break }
            let checksum = ~bytes[(position + 4)..<end].reduce(~UInt32(0)) {
                table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8
            }
            for byte in 0..<4 { repaired[end + byte] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * UInt32(byte))) }
            position = end + 4
        }
        return repaired
    }
}
