import Testing

@testable import Cryptography

@Suite("SHA-256")
struct SHA256Tests {
    /// Messages and digests of FIPS 180-4's examples (csrc.nist.gov, "Secure Hash Standard: SHA-256"); the last one
    /// spans two blocks only through its padding.
    static let published = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]

    @Test("The published digests are computed", arguments: published)
    func examples(_ message: String, _ digest: String) {
        #expect(hex(SHA256.digest(of: Array(message.utf8)[...])) == digest)
    }

    @Test(
        "A million bytes in pieces of any size give the published digest", arguments: [1, 63, 64, 65, 4096, 1_000_000])
    func pieces(_ size: Int) {
        let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        var hasher = SHA256()
        for start in stride(from: 0, to: message.count, by: size) {
            unsafe message[start..<min(start + size, message.count)].withUnsafeBytes { unsafe hasher.update($0) }
        }
        #expect(hasher.words.0 == 0xcdc7_6e5c_9914_fb92)
        #expect(hasher.words.3 == 0x046d_39cc_c711_2cd0)
    }

    @Test("A digest can be read before more bytes follow, and copies are independent")
    func copies() {
        var hasher = SHA256()
        unsafe [UInt8]("ab".utf8).withUnsafeBytes { unsafe hasher.update($0) }
        var copy = hasher
        unsafe [UInt8]("c".utf8).withUnsafeBytes { unsafe hasher.update($0) }
        #expect(hasher.words.0 == 0xba78_16bf_8f01_cfea)
        #expect(copy.words.0 != hasher.words.0)
        unsafe [UInt8]("c".utf8).withUnsafeBytes { unsafe copy.update($0) }
        #expect(copy.words == hasher.words)
    }
}

func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
