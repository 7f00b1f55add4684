import Cryptography
import Foundation
import GRDB

/// A SHA-256 digest: 32 bytes stored inline, lowercase hexadecimal as text. The order is that of the hexadecimal texts.
public struct Digest: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    private let first, second, third, fourth: UInt64

    /// The 32 bytes as four big-endian words.
    public var words: (UInt64, UInt64, UInt64, UInt64) { (first, second, third, fourth) }

    init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (first, second, third, fourth) = words
    }

    /// Reads 32 bytes; nil for any other count.
    init?(bytes: some Sequence<UInt8>) {
        var words: [4 of UInt64] = [0, 0, 0, 0]
        var count = 0
        for byte in bytes {
            guard count < 32 else { return nil }
            words[count / 8] = words[count / 8] << 8 | UInt64(byte)
            count += 1
        }
        guard count == 32 else { return nil }
        self.init(words: (words[0], words[1], words[2], words[3]))
    }

    /// As `init(bytes:)`, without a loop.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        self.init(words: (word(0), word(1), word(2), word(3)))
    }

    /// Parses 64 hexadecimal digits in either case. Throws `StoreError.malformedDigest` for anything else.
    public init(hex: String) throws {
        guard let digest = Digest(hexDigits: hex.utf8) else { throw StoreError.malformedDigest(text: hex) }
        self = digest
    }

    /// Parses 64 hexadecimal digits in ASCII, in either case; nil for anything else.
    init?(hexDigits: some Sequence<UInt8>) {
        var words: [4 of UInt64] = [0, 0, 0, 0]
        var count = 0
        for digit in hexDigits {
            let nibble: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): nibble = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            guard count < 64 else { return nil }
            words[count / 16] = words[count / 16] << 4 | UInt64(nibble)
            count += 1
        }
        guard count == 64 else { return nil }
        self.init(words: (words[0], words[1], words[2], words[3]))
    }

    /// 64 lowercase hexadecimal digits.
    public var hex: String {
        unsafe String(unsafeUninitializedCapacity: 64) { buffer in
            for index in 0..<64 { unsafe buffer[index] = hexDigit(index) }
            return 64
        }
    }

    /// The digit at `index` of `hex`, in ASCII.
    func hexDigit(_ index: Int) -> UInt8 {
        let word = index < 32 ? (index < 16 ? first : second) : (index < 48 ? third : fourth)
        let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index & 15))) & 15
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for (index, word) in [first, second, third, fourth].enumerated() {
                for byte in 0..<8 {
                    unsafe buffer[index * 8 + byte] = UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * byte))
                }
            }
            count = 32
        }
    }

    public var description: String { hex }

    /// The first twelve digits, for people.
    public var short: String { String(hex.prefix(12)) }

    public static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }

    public init(from decoder: any Decoder) throws {
        try self.init(hex: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }

    /// The digest of bytes in memory.
    public static func of(_ bytes: some ContiguousBytes) -> Digest {
        unsafe bytes.withUnsafeBytes { buffer in
            var hasher = SHA256()
            unsafe hasher.update(buffer)
            return Digest(words: hasher.words)
        }
    }

    /// The digest of the UTF-8 bytes of a text.
    public static func of(text: String) -> Digest { of(Array(text.utf8)) }

    /// The digest of a regular file. Throws `StoreError.fileSystem` or `.notARegularFile`.
    public static func of(filePath: String) throws -> Digest {
        try OpenFile.reading(filePath).digest()
    }
}

extension Digest {
    /// The digest as a column of 32 bytes.
    package var column: DatabaseValue { Data(bytes).databaseValue }

    /// Reads a column of 32 bytes without copying it first.
    package init(_ row: Row, _ index: Int) throws {
        let digest = try row.withUnsafeData(atIndex: index) { data in data.flatMap { Digest(bytes: $0) } }
        guard let digest else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a digest is not 32 bytes long")
        }
        self = digest
    }
}

/// SHA-256 of bytes that arrive in pieces.
struct StreamingDigest {
    private var hasher = SHA256()

    mutating func update(_ bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.update($0) }
    }

    /// The digest of all bytes so far.
    var digest: Digest { Digest(words: hasher.words) }
}
