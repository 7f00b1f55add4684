import COpenSSL

/// A SHA-256 digest in progress (FIPS 180-4). Copies are independent.
public struct SHA256: Sendable {
    /// The size of a digest.
    public static let byteCount = 32

    /// The version of OpenSSL, such as "3.0.19".
    public static var libraryVersion: String { unsafe String(cString: openssl_library_version()) }

    private var state = openssl_sha256_start()

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe openssl_sha256_update(&state, bytes.baseAddress, bytes.count)
    }

    /// The digest of all bytes so far, as four big-endian words.
    public var words: (UInt64, UInt64, UInt64, UInt64) {
        let digest = openssl_sha256_finish(state)
        return (digest.first, digest.second, digest.third, digest.fourth)
    }

    /// The 32 bytes of the digest of `content`.
    public static func digest(of content: ArraySlice<UInt8>) -> [UInt8] {
        var hasher = SHA256()
        unsafe content.withUnsafeBytes { unsafe hasher.update($0) }
        let (first, second, third, fourth) = hasher.words
        return [first, second, third, fourth].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }
}
