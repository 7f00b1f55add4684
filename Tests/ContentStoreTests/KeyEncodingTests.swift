import Testing

@testable import ContentStore

/// The expected digests come from the same encoding written down once more in Python:
///
///     from hashlib import sha256; from struct import pack
///     def T(s): b = s.encode(); return b"T" + pack("<Q", len(b)) + b
///     def I(i): return b"I" + pack("<q", i)
///     def R(x): return b"R" + pack("<d", x)
///     def F(f): return b"F" + bytes([f])
///     def D(d): return b"D" + d
///     def L(v): return b"L" + pack("<Q", len(v)) + b"".join(v)
///     def M(*p): return b"M" + pack("<Q", len(p)) + b"".join(
///         T(n) + v for n, v in sorted(p, key=lambda p: p[0].encode()))
///     def K(s, v, p, i=(), c=()):
///         return sha256(T("action") + I(2) + T(s) + I(v) + D(sha256(M(*p)).digest()) + M(*c)
///             + b"L" + pack("<Q", len(i)) + b"".join(T(n) + D(d) for n, d in i)).hexdigest()
@Suite("Canonical encoding of keys")
struct KeyEncodingTests {
    static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("Digests are SHA-256 (FIPS 180-4, example of \"abc\")")
    func knownDigest() throws {
        #expect(Digest.of(text: "abc").hex == Self.abc)
        #expect(try Digest(hex: Self.abc.uppercased()) == Digest.of(text: "abc"))
        #expect(Digest.of(text: "abc").words.0 == 0xba78_16bf_8f01_cfea)
    }

    @Test(
        "Texts that are no digests are refused",
        arguments: ["", "ab", abc + "00", String(abc.dropLast()), String(abc.dropLast()) + "g", " " + abc, "é" + abc])
    func malformedDigest(text: String) {
        #expect(throws: StoreError.malformedDigest(text: text)) { try Digest(hex: text) }
    }

    @Test("Digests order as their texts")
    func order() {
        let digests = (0..<100).map { Digest.of(text: "\($0)") }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    }

    @Test("The keys of an empty action and of one with every kind of value are the golden ones")
    func goldenKeys() {
        #expect(ActionKey(stage: "s", version: 1, parts: []).digest.hex == GoldenKeys.empty)
        let full = ActionKey(
            stage: "trän", version: 7,
            parts: [
                KeyPart("text", .text("héllo")), KeyPart("integer", .integer(-3)), KeyPart("real", .real(0.1)),
                KeyPart("flag", .flag(true)), KeyPart("digest", .digest(.of(text: "abc"))),
                KeyPart("list", .list([.integer(1), .text("1")])),
                KeyPart("record", .record([KeyPart("b", .integer(2)), KeyPart("a", .real(-0.0))])),
            ],
            inputs: [ActionInput(name: "z", digest: .of(text: "z")), ActionInput(name: "a", digest: .of(text: "a"))])
        #expect(full.digest.hex == GoldenKeys.full)
    }

    @Test("Values that look alike in words have different encodings")
    func noCollisions() {
        let values: [KeyValue] = [
            .text("1"), .integer(1), .real(1), .flag(true), .list([]), .record([]), .list([.text("1")]),
            .list([.text("a"), .text("b")]), .list([.text("ab")]), .list([.text("a"), .text("b"), .text("")]),
            .list([.list([.text("a")]), .text("b")]), .list([.text("a"), .list([.text("b")])]),
            .record([KeyPart("a", .text("b"))]), .record([KeyPart("ab", .text(""))]), .text(""), .integer(0),
            .text("T\u{1}\0\0\0\0\0\0\0a"), .digest(.of(text: "a")), .text(Digest.of(text: "a").hex),
        ]
        #expect(Set(values.map(\.contentDigest)).count == values.count)
    }

    @Test("Stage, part and input cannot trade bytes with each other")
    func noBoundaryCollisions() {
        let digest = Digest.of(text: "x")
        let keys = [
            ActionKey(stage: "ab", version: 1, parts: [KeyPart("c", .text("d"))]),
            ActionKey(stage: "a", version: 1, parts: [KeyPart("bc", .text("d"))]),
            ActionKey(stage: "a", version: 1, parts: [KeyPart("b", .text("cd"))]),
            ActionKey(stage: "a", version: 1, parts: [KeyPart("b", .digest(digest))]),
            ActionKey(stage: "a", version: 1, parts: [], inputs: [ActionInput(name: "b", digest: digest)]),
        ]
        #expect(Set(keys.map(\.digest)).count == keys.count)
    }

    @Test("The order of parts does not matter, the order of inputs does, and -0 is 0")
    func orderOfParts() {
        let (a, b) = (KeyPart("a", .real(0.0)), KeyPart("b", .integer(2)))
        #expect(
            ActionKey(stage: "s", version: 1, parts: [a, b])
                == ActionKey(stage: "s", version: 1, parts: [b, KeyPart("a", .real(-0.0))]))
        let inputs = ["x", "y"].map { ActionInput(name: $0, digest: .of(text: $0)) }
        #expect(
            ActionKey(stage: "s", version: 1, parts: [], inputs: inputs)
                != ActionKey(stage: "s", version: 1, parts: [], inputs: inputs.reversed()))
    }
}
