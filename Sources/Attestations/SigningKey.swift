import ContentStore
import Cryptography
import Foundation

/// An Ed25519 private key (RFC 8032), as an unencrypted PKCS #8 file in PEM (RFC 8410) like those of `openssl genpkey
/// -algorithm ed25519`. It exists only in memory while signing, and never in a store or a log.
public struct SigningKey: Sendable {
    /// The seed of RFC 8032, 32 bytes.
    private let key: [UInt8]

    /// PrivateKeyInfo with the algorithm 1.3.101.112 up to the 32 bytes of the seed.
    private static let prefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let label = "PRIVATE KEY"

    /// Generates a key from the system's random source.
    public init() { key = Ed25519.makePrivateKey() }

    /// - Throws: as `init(pem:name:)`, and `StoreError` if the file cannot be read or is too large for a key.
    public init(path: String) throws { try self.init(pem: PEM.read(path), name: path) }

    /// - Throws: `AttestationError.notAKey` or `.damaged`, which reveal nothing of the content.
    public init(pem: [UInt8], name: String) throws(AttestationError) {
        guard let der = PEM.decode(try PEM.intact(pem, name: name), label: Self.label), der.starts(with: Self.prefix),
            der.count == Self.prefix.count + Ed25519.keyBytes
        else {
            throw .notAKey(name: name, expected: "an unencrypted private key of Ed25519 in PEM (\"BEGIN PRIVATE KEY\")")
        }
        key = Array(der.dropFirst(Self.prefix.count))
    }

    public var pem: String { PEM.encode(Self.prefix + key, label: Self.label) }

    /// The PEM file with its digest in a line below, which other programs ignore: a flipped bit in a copy would yield
    /// another key.
    public var file: String { PEM.sealed(pem) }

    public var verificationKey: VerificationKey { VerificationKey(Ed25519.publicKey(of: key)) }

    func signature(of bytes: [UInt8]) -> [UInt8] { Ed25519.signature(of: bytes, by: key) }
}

/// The public half of a `SigningKey`, as a SubjectPublicKeyInfo file in PEM (RFC 8410).
public struct VerificationKey: Sendable {
    /// The point of RFC 8032, 32 bytes.
    private let key: [UInt8]

    private static let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
    private static let label = "PUBLIC KEY"

    init(_ key: [UInt8]) { self.key = key }

    /// - Throws: as `init(pem:name:)`, and `StoreError` if the file cannot be read or is too large for a key.
    public init(path: String) throws { try self.init(pem: PEM.read(path), name: path) }

    /// - Throws: `AttestationError.notAKey`, `.damaged`, `.weakKey`.
    public init(pem: [UInt8], name: String) throws(AttestationError) {
        guard let der = PEM.decode(try PEM.intact(pem, name: name), label: Self.label), der.starts(with: Self.prefix),
            der.count == Self.prefix.count + Ed25519.keyBytes
        else { throw .notAKey(name: name, expected: "a public key of Ed25519 in PEM (\"BEGIN PUBLIC KEY\")") }
        key = Array(der.dropFirst(Self.prefix.count))
        if let fault = Ed25519Point.fault(key) { throw .weakKey(name: name, fault: fault) }
    }

    public var pem: String { PEM.encode(der, label: Self.label) }

    /// The PEM file with its digest, like `SigningKey.file`.
    public var file: String { PEM.sealed(pem) }

    /// The key identifier in signatures: the SHA-256 of its DER form.
    public var identifier: String { Digest.of(der).hex }

    private var der: [UInt8] { Self.prefix + key }

    func accepts(_ signature: [UInt8], of bytes: [UInt8]) -> Bool { Ed25519.accepts(signature, of: bytes, by: key) }
}

/// The textual encoding of RFC 7468, strict: one block, surrounded only by white space, and optionally a last line with
/// the digest of all before it.
enum PEM {
    private static let digestLabel = "SHA-256: "
    /// Keys of other programs may have comments.
    private static let limitBytes = 1 << 16

    static func read(_ path: String) throws -> [UInt8] { try AtomicFile.read(path, limitBytes: limitBytes) }

    static func sealed(_ text: String) -> String { "\(text)\(digestLabel)\(Digest.of(text: text).hex)\n" }

    /// The bytes above the digest, or all bytes without a digest, as in keys of other programs.
    ///
    /// - Throws: `AttestationError.damaged`.
    static func intact(_ bytes: [UInt8], name: String) throws(AttestationError) -> [UInt8] {
        let label = Array(digestLabel.utf8)
        let start = bytes.count - label.count - 64 - 1
        guard bytes.count <= limitBytes, start > 0, bytes[start...].starts(with: label) else { return bytes }
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

/// Ed25519 public keys that no signer makes and that a verifier must reject.
///
/// The curve has eight points whose order divides the cofactor 8. With one of them as the public key, one signature is
/// valid for many documents and proves nothing; the equation of RFC 8032, section 5.1.7, does not exclude them. See
/// Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (https://eprint.iacr.org/2020/1244), section 3 and table
/// 1.
enum Ed25519Point {
    /// The y coordinates of the points of small order, in hexadecimal, little-endian: 1, -1, 0, and those of order 8.
    private static let smallOrder: Set<String> = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]

    /// The fault of a point of 32 bytes; nil if it is sound.
    static func fault(_ point: [UInt8]) -> String? {
        var y = point
        // The highest bit is the sign of x.
        y[31] &= 0x7F
        // The field's prime is 2^255 - 19.
        if y[31] == 0x7F, y[1..<31].allSatisfy({ $0 == 0xFF }), y[0] >= 0xED {
            return "its encoding is not canonical: the coordinate is not below 2^255 - 19"
        }
        let hex = y.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return smallOrder.contains(hex) ? "it is a point of small order, for which anyone can forge signatures" : nil
    }
}
