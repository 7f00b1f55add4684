import Testing

@testable import Cryptography

@Suite("Ed25519")
struct Ed25519Tests {
    /// RFC 8032, section 7.1, tests 1 to 3: private key, public key, message, signature.
    static let published = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                + "4a7c15e9716ed28dc027beceea1ec40a",
        ],
    ]
    /// The order of the curve's group, little-endian (RFC 8032, section 5.1).
    static let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")

    static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).map { UInt8(hex.dropFirst($0).prefix(2), radix: 16)! }
    }

    @Test("Keys and signatures are those of RFC 8032", arguments: published)
    func examples(_ example: [String]) {
        let (privateKey, message) = (Self.bytes(example[0]), Self.bytes(example[2]))
        #expect(hex(Ed25519.publicKey(of: privateKey)) == example[1])
        #expect(hex(Ed25519.signature(of: message, by: privateKey)) == example[3])
        #expect(Ed25519.accepts(Self.bytes(example[3]), of: message, by: Self.bytes(example[1])))
    }

    @Test("A signature with any flipped bit, of another size or for another message is refused")
    func refused() {
        let (message, signature) = (Self.bytes("af82"), Self.bytes(Self.published[2][3]))
        let publicKey = Self.bytes(Self.published[2][1])
        for bit in 0..<signature.count * 8 {
            var damaged = signature
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!Ed25519.accepts(damaged, of: message, by: publicKey), "bit \(bit)")
        }
        for size in [0, 1, 32, 63] {
            #expect(!Ed25519.accepts(Array(signature.prefix(size)), of: message, by: publicKey))
        }
        #expect(!Ed25519.accepts(signature + [0], of: message, by: publicKey))
        #expect(!Ed25519.accepts(signature, of: message + [0], by: publicKey))
        #expect(!Ed25519.accepts(signature, of: message, by: Self.bytes(Self.published[0][1])))
    }

    @Test("The second half of a signature must be below the order of the group")
    func malleable() {
        var signature = Self.bytes(Self.published[2][3])
        var carry = 0
        for index in 0..<32 {
            carry += Int(signature[32 + index]) + Int(Self.order[index])
            signature[32 + index] = UInt8(carry & 255)
            carry >>= 8
        }
        #expect(!Ed25519.accepts(signature, of: Self.bytes("af82"), by: Self.bytes(Self.published[2][1])))
    }

    @Test("New keys differ, and their signatures are accepted")
    func generated() {
        let keys = (0..<20).map { _ in Ed25519.makePrivateKey() }
        #expect(Set(keys).count == keys.count)
        for key in keys {
            let signature = Ed25519.signature(of: key, by: key)
            #expect(Ed25519.accepts(signature, of: key, by: Ed25519.publicKey(of: key)))
        }
    }
}
