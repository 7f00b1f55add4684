import Foundation
import StrictJSON

/// A signed document: a DSSE 1.0 envelope (https://github.com/secure-systems-lab/dsse) with one or more signatures.
public struct SignedEnvelope: Codable, Sendable, Equatable {
    public struct Signature: Codable, Sendable, Equatable {
        public let keyid: String
        /// Base64.
        public let sig: String
    }

    /// Base64.
    public let payload: String
    public let payloadType: String
    public private(set) var signatures: [Signature]

    /// Enough for about a million images.
    public static let sizeLimit = 512 << 20

    /// Signs a document.
    public init(_ payload: [UInt8], type: String, by key: SigningKey) {
        self.payload = Data(payload).base64EncodedString()
        payloadType = type
        let signature = key.signature(of: Self.signed(payload, type))
        signatures = [Signature(keyid: key.verificationKey.identifier, sig: Data(signature).base64EncodedString())]
    }

    /// Decodes an envelope, without verifying its signatures.
    ///
    /// - Throws: `AttestationError.malformed`.
    public init(json: [UInt8], name: String) throws(AttestationError) {
        guard json.count <= Self.sizeLimit else {
            throw .malformed(name: name, fault: "it is larger than \(Self.sizeLimit >> 20) MiB")
        }
        do {
            self = try StrictJSON.decode(Self.self, from: json, file: name, sizeLimit: Self.sizeLimit)
        } catch let error as JSONError {
            throw .malformed(name: name, fault: "it is not strict JSON: \(error)")
        } catch {
            throw .malformed(
                name: name,
                fault: "it is not a DSSE envelope; expected a JSON object with payload, payloadType and signatures")
        }
    }

    public func json() throws -> [UInt8] { try StrictJSON.encode(self, isIndented: true) }

    /// Returns the document after verifying a signature by `key` over it and its type.
    ///
    /// - Throws: `AttestationError.malformed`, `.unsigned`, `.forged`, `.otherType`.
    public func verifiedPayload(by key: VerificationKey, type: String, name: String) throws(AttestationError) -> [UInt8]
    {
        guard let bytes = Self.decoded(payload) else {
            throw .malformed(name: name, fault: "its payload is not canonical base64 (RFC 4648)")
        }
        // The key identifier is only a hint (DSSE, protocol), so every signature is tried.
        let isSigned = signatures.contains { signature in
            guard let sig = Self.decoded(signature.sig) else { return false }
            return key.accepts(sig, of: Self.signed(bytes, payloadType))
        }
        guard isSigned else {
            throw signatures.contains { $0.keyid == key.identifier }
                ? .forged(name: name)
                : .unsigned(
                    name: name, key: key.identifier, found: signatures.map(\.keyid))
        }
        guard payloadType == type else { throw .otherType(name: name, expected: type, found: payloadType) }
        return bytes
    }

    /// Accepts only canonical base64, so that an envelope cannot be changed and stay valid.
    private static func decoded(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }

    /// The signed bytes: the pre-authentication encoding of DSSE, PAE(type, payload).
    private static func signed(_ payload: [UInt8], _ type: String) -> [UInt8] {
        Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    }
}

/// An invalid key or attestation.
public enum AttestationError: Error, Equatable, Sendable, CustomStringConvertible {
    case notAKey(name: String, expected: String)
    /// The content does not match its digest.
    case damaged(name: String)
    case weakKey(name: String, fault: String)
    /// Keys are never overwritten.
    case keyThere(name: String)
    case malformed(name: String, fault: String)
    /// The signature by this key is invalid.
    case forged(name: String)
    case unsigned(name: String, key: String, found: [String])
    case otherType(name: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .notAKey(let name, let expected):
            "\(name): expected \(expected); nominal keys create makes a pair, or openssl genpkey -algorithm ed25519"
        case .damaged(let name):
            "\(name) is damaged: its SHA-256 does not match its content; copy it again from where it was made"
        case .weakKey(let name, let fault):
            "\(name): untrustworthy public key: \(fault); ask the signer for a key made by nominal keys create or openssl"
        case .keyThere(let name):
            "\(name): the file exists, and keys are never overwritten; choose another name"
        case .malformed(let name, let fault): "\(name): \(fault)"
        case .forged(let name):
            "\(name): invalid signature: the attestation was changed after signing; do not rely on it"
        case .unsigned(let name, let key, let found):
            "\(name): no signature by the key \(key.prefix(12)); found "
                + (found.isEmpty ? "none" : found.map { String($0.prefix(12)) }.joined(separator: ", "))
                + "; use the matching public key"
        case .otherType(let name, let expected, let found):
            "\(name): the signed document has the type \(found), expected \(expected)"
        }
    }
}
