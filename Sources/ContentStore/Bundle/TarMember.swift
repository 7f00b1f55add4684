/// A regular file in a POSIX ustar archive, with fixed owner, mode and time, so that equal contents give equal
/// archives. `tar tvf` lists them, `tar xf` unpacks them.
///
/// A reader knows which members to expect, builds their headers itself and compares all 512 bytes. It never interprets
/// a header, so no path, link or length in it can do harm.
package struct TarMember: Equatable {
    package static let blockBytes = 512
    /// The end-of-archive marker.
    package static let end = [UInt8](repeating: 0, count: 2 * blockBytes)
    /// The limit of eleven octal digits. Larger sizes are binary, as in GNU tar.
    private static let octalLimit = 1 << 33

    let name: String
    let sizeBytes: Int

    package init(name: String, sizeBytes: Int) { (self.name, self.sizeBytes) = (name, sizeBytes) }

    /// Zero bytes that pad the content to a whole block.
    package var paddingBytes: Int { (Self.blockBytes - sizeBytes % Self.blockBytes) % Self.blockBytes }

    /// `name` has at most 100 bytes.
    package var header: [UInt8] {
        guard name.utf8.count <= 100 else { fatalError("The name \(name) is too long for an archive") }
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        put(name.utf8, at: 0)
        put(octal(0o444, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        if sizeBytes < Self.octalLimit {
            put(octal(sizeBytes, digits: 11), at: 124)
        } else {
            block[124] = 0x80
            for byte in 0..<8 { block[135 - byte] = UInt8(truncatingIfNeeded: sizeBytes >> (8 * byte)) }
        }
        put(octal(0, digits: 11), at: 136)
        block[156] = UInt8(ascii: "0")
        put("ustar\u{0}00".utf8, at: 257)
        // The checksum counts its own field as spaces.
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + [0, UInt8(ascii: " ")], at: 148)
        return block
    }

    /// The size in a header, if it consists of eleven octal digits. Ignores the rest of the header.
    static func claimedSize(_ header: [UInt8]) -> Int? {
        guard header.count == blockBytes else { return nil }
        var size = 0
        for byte in header[124..<135] {
            guard case UInt8(ascii: "0")...UInt8(ascii: "7") = byte else { return nil }
            size = size << 3 | Int(byte & 7)
        }
        return size
    }
}
