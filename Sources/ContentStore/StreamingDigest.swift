import Crypto

/// SHA-256 of bytes that come piece by piece.
struct StreamingDigest {
    private var hasher = SHA256()

    mutating func update(_ bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
    }

    /// Of everything so far.
    var digest: Digest { Digest(hasher.finalize()) }
}
