import Crypto
import Foundation

/// A private key of Ed25519 (RFC 8032), as an unencrypted PKCS #8 file in PEM (RFC 8410), such as `openssl genpkey -algorithm ed25519`
/// writes. It is in memory while something is signed, and nowhere else: neither in a store nor in a log.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// PrivateKeyInfo with the algorithm 1.3.101.112 up to the 32 bytes of the seed.
    private static let prefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let label = "PRIVATE KEY"

    /// A new one, from the system's generator.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// - Throws: `AttestationError.notAKey` or `.damaged`, which say nothing of the content.
    public init(pem: [UInt8], name: String) throws(AttestationError) {
        guard let der = PEM.decode(try PEM.intact(pem, name: name), label: Self.label), der.starts(with: Self.prefix),
            der.count == Self.prefix.count + 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: der.dropFirst(Self.prefix.count))
        else {
            throw .notAKey(name: name, expected: "an unencrypted private key of Ed25519 in PEM (\"BEGIN PRIVATE KEY\")")
        }
        self.key = key
    }

    public var pem: String { PEM.encode(Self.prefix + key.rawRepresentation, label: Self.label) }

    /// The PEM file with its digest in a line below, where other programs do not look: a bit that flips in a copy would make
    /// another key.
    public var file: String { PEM.sealed(pem) }

    public var verificationKey: VerificationKey { VerificationKey(key.publicKey) }

    func signature(of bytes: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: bytes)) }
}

/// The public half of a `SigningKey`, as a SubjectPublicKeyInfo file in PEM (RFC 8410).
public struct VerificationKey: Sendable {
    private let key: Curve25519.Signing.PublicKey

    private static let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
    private static let label = "PUBLIC KEY"

    init(_ key: Curve25519.Signing.PublicKey) { self.key = key }

    /// - Throws: `AttestationError.notAKey`, `.damaged`, `.weakKey`.
    public init(pem: [UInt8], name: String) throws(AttestationError) {
        guard let der = PEM.decode(try PEM.intact(pem, name: name), label: Self.label), der.starts(with: Self.prefix),
            der.count == Self.prefix.count + 32,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: der.dropFirst(Self.prefix.count))
        else { throw .notAKey(name: name, expected: "a public key of Ed25519 in PEM (\"BEGIN PUBLIC KEY\")") }
        if let fault = Ed25519Point.fault(Array(key.rawRepresentation)) { throw .weakKey(name: name, fault: fault) }
        self.key = key
    }

    public var pem: String { PEM.encode(der, label: Self.label) }

    /// As `SigningKey.file`.
    public var file: String { PEM.sealed(pem) }

    /// By which signatures name it: the SHA-256 of its DER form.
    public var identifier: String { Digest.of(der).hex }

    private var der: [UInt8] { Self.prefix + key.rawRepresentation }

    func accepts(_ signature: [UInt8], of bytes: [UInt8]) -> Bool { key.isValidSignature(signature, for: bytes) }
}

/// The textual encoding of RFC 7468, strict: one block, and nothing else but white space around it, and perhaps the digest of all
/// of that in a last line.
enum PEM {
    private static let digestLabel = "SHA-256: "

    static func sealed(_ text: String) -> String { "\(text)\(digestLabel)\(Digest.of(text: text).hex)\n" }

    /// The bytes above the digest; all of them where there is none, as in keys that another program made.
    ///
    /// - Throws: `AttestationError.damaged`.
    static func intact(_ bytes: [UInt8], name: String) throws(AttestationError) -> [UInt8] {
        let label = Array(digestLabel.utf8)
        let start = bytes.count - label.count - 64 - 1
        guard bytes.count < 1 << 16, start > 0, bytes[start...].starts(with: label) else { return bytes }
        let content = Array(bytes[..<start])
        guard bytes[(start + label.count)...].elementsEqual("\(Digest.of(content).hex)\n".utf8) else {
            throw .damaged(name: name)
        }
        return content
    }

    static func encode(_ der: [UInt8], label: String) -> String {
        "-----BEGIN \(label)-----\n"
            + Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            + "\n-----END \(label)-----\n"
    }

    static func decode(_ bytes: [UInt8], label: String) -> [UInt8]? {
        guard bytes.count < 1 << 16, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter {
            !$0.isEmpty
        }
        guard lines.count > 2, lines.first == "-----BEGIN \(label)-----", lines.last == "-----END \(label)-----" else {
            return nil
        }
        return Data(base64Encoded: lines[1..<(lines.count - 1)].joined()).map(Array.init)
    }
}
