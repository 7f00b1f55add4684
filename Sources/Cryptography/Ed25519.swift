import COpenSSL

/// Ed25519 signatures (RFC 8032).
public enum Ed25519 {
    /// The size of a private key, and of a public one.
    public static let keyBytes = 32
    static let signatureBytes = 64

    /// A private key: 32 bytes from the system's random source.
    public static func makePrivateKey() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    public static func publicKey(of privateKey: [UInt8]) -> [UInt8] {
        require(privateKey)
        var publicKey = [UInt8](repeating: 0, count: keyBytes)
        guard unsafe openssl_ed25519_public_key(privateKey, &publicKey) else { refused("compute a public key") }
        return publicKey
    }

    public static func signature(of message: [UInt8], by privateKey: [UInt8]) -> [UInt8] {
        require(privateKey)
        var signature = [UInt8](repeating: 0, count: signatureBytes)
        guard unsafe openssl_ed25519_sign(privateKey, message, message.count, &signature) else { refused("sign") }
        return signature
    }

    /// True if the signature, of any size, is valid for the message.
    public static func accepts(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
        require(publicKey)
        return unsafe openssl_ed25519_accepts(publicKey, message, message.count, signature, signature.count)
    }

    private static func require(_ key: [UInt8]) {
        guard key.count == keyBytes else { fatalError("a key of Ed25519 has \(key.count) bytes, expected \(keyBytes)") }
    }

    /// OpenSSL fails with a valid key only if memory runs out.
    private static func refused(_ deed: String) -> Never { fatalError("OpenSSL could not \(deed): no memory is left") }
}
