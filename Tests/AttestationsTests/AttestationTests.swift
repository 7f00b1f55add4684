import Foundation
import Testing

@testable import Attestations
@testable import ContentStore

@Suite("Signing keys and signed envelopes")
struct AttestationTests {
    static let type = "application/vnd.in-toto+json"
    /// RFC 8410, section 10.3 and 10.1: a private key in PEM and the public key that belongs to it.
    static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----
        """
    static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PUBLIC KEY-----

        """

    @Test("The key pair of RFC 8410 is read and written unchanged")
    func published() throws {
        let key = try SigningKey(pem: Array(Self.privateKey.utf8), name: "key")
        #expect(key.verificationKey.pem == Self.publicKey)
        #expect(key.pem == Self.privateKey + "\n")
        #expect(
            try VerificationKey(pem: Array(Self.publicKey.utf8), name: "key").identifier
                == key.verificationKey.identifier)
    }

    @Test("Malformed keys are refused, and errors never reveal their content")
    func refused() throws {
        let seed = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp"
        let texts = [
            "", "secret", Self.publicKey, Self.privateKey.replacing("PRIVATE", with: "ENCRYPTED PRIVATE"),
            Self.privateKey.replacing("MC4C", with: "MC5C"), Self.privateKey.replacing("VhC", with: ""),
            Self.privateKey + Self.privateKey, String(repeating: "A", count: 1 << 17),
        ]
        for text in texts {
            let error = #expect(throws: AttestationError.self) { try SigningKey(pem: Array(text.utf8), name: "key") }
            #expect(error?.description.contains(seed) == false)
        }
        #expect(throws: AttestationError.self) { try VerificationKey(pem: Array(Self.privateKey.utf8), name: "key") }
    }

    /// Of https://github.com/jedisct1/libsodium, ed25519_ref10.c, and of table 1 of https://eprint.iacr.org/2020/1244:
    /// all encodings of the points of small order that decoders accept, the canonical ones first.
    static let smallOrder = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        // Not of small order, but not canonical.
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    @Test("A public key of small order or with a non-canonical encoding is refused", arguments: smallOrder)
    func weakKey(_ hex: String) throws {
        let point = stride(from: 0, to: 64, by: 2).map { place in
            UInt8(hex.dropFirst(place).prefix(2), radix: 16)!
        }
        let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
        let pem = PEM.encode(prefix + point, label: "PUBLIC KEY")
        let error = #expect(throws: AttestationError.self) { try VerificationKey(pem: Array(pem.utf8), name: "key") }
        guard case .weakKey? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A sealed key file with any flipped bit is refused")
    func damagedKey() throws {
        let key = SigningKey()
        let files = [Array(key.file.utf8), Array(key.verificationKey.file.utf8)]
        #expect(try SigningKey(pem: files[0], name: "key").pem == key.pem)
        #expect(try VerificationKey(pem: files[1], name: "key").identifier == key.verificationKey.identifier)
        for (number, file) in files.enumerated() {
            for bit in 0..<file.count * 8 {
                var damaged = file
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(throws: AttestationError.self, "bit \(bit)") {
                    if number == 0 {
                        _ = try SigningKey(pem: damaged, name: "key")
                    } else {
                        _ = try VerificationKey(pem: damaged, name: "key")
                    }
                }
            }
        }
    }

    @Test("A signature is valid for its document, type and key only")
    func envelope() throws {
        let (key, other) = (SigningKey(), SigningKey())
        let document = Array("{\"a\": 1}".utf8)
        let envelope = SignedEnvelope(document, type: Self.type, by: key)
        let read = try SignedEnvelope(json: try envelope.json(), name: "file")
        #expect(read == envelope)
        #expect(try read.verifiedPayload(by: key.verificationKey, type: Self.type, name: "file") == document)
        #expect(throws: AttestationError.self) {
            try read.verifiedPayload(by: other.verificationKey, type: Self.type, name: "file")
        }
        #expect(throws: AttestationError.otherType(name: "file", expected: "text", found: Self.type)) {
            try read.verifiedPayload(by: key.verificationKey, type: "text", name: "file")
        }
    }

    @Test(
        "A modified envelope is refused",
        arguments: [
            ("eyJhIjogMX0=", "eyJhIjogMn0="), ("vnd.in-toto", "vnd.other"), ("\"sig\" : \"", "\"sig\" : \"AAAA"),
            ("\"payload\" : \"", "\"payload\" : \"?"), ("{", "{\"payload\": \"e30=\","),
            ("\"keyid\"", "\"keyid\": \"\", \"keyid\""), ("eyJhIjogMX0=", "eyJhIjogMX1="), ("{", "// comment\n{"),
            ("\"signatures\"", "\"signature\""), ("{", "["),
        ])
    func changed(_ change: (from: String, to: String)) throws {
        let key = SigningKey()
        let text = String(
            decoding: try SignedEnvelope(Array("{\"a\": 1}".utf8), type: Self.type, by: key).json(), as: UTF8.self)
        let range = try #require(text.range(of: change.from))
        let bytes = Array(text.replacingCharacters(in: range, with: change.to).utf8)
        #expect(throws: AttestationError.self) {
            try SignedEnvelope(json: bytes, name: "file").verifiedPayload(
                by: key.verificationKey, type: Self.type, name: "file")
        }
    }

    @Test("Further signatures by other keys are ignored")
    func several() throws {
        let key = SigningKey()
        let envelope = SignedEnvelope(Array("{}".utf8), type: Self.type, by: key)
        let other = SignedEnvelope(Array("{}".utf8), type: Self.type, by: SigningKey())
        let text = String(decoding: try envelope.json(), as: UTF8.self)
        let more = "{\"keyid\": \"\(other.signatures[0].keyid)\", \"sig\": \"\(other.signatures[0].sig)\"}, {"
        let range = try #require(text.range(of: "{", range: text.index(after: text.startIndex)..<text.endIndex))
        let both = try SignedEnvelope(json: Array(text.replacingCharacters(in: range, with: more).utf8), name: "file")
        #expect(both.signatures.count == 2)
        #expect(try both.verifiedPayload(by: key.verificationKey, type: Self.type, name: "file") == Array("{}".utf8))
    }
}
