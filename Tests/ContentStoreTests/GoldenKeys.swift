/// Action keys computed by the Python lines in `KeyEncodingTests`.
enum GoldenKeys {
    /// K("s", 1, [])
    static let empty = "41c47a32b6c95906bae5b57df562b9284c446f54a2c7ed760ca7ab013d3cb6f0"
    /// K("trän", 7, [("text", T("héllo")), ("integer", I(-3)), ("real", R(0.1)), ("flag", F(1)),
    ///   ("digest", D(h("abc"))), ("list", L([I(1), T("1")])), ("record", M(("b", I(2)), ("a", R(0.0))))],
    ///   [("z", h("z")), ("a", h("a"))]) with h = lambda s: sha256(s.encode()).digest()
    static let full = "8a849f6286205bf73a6ec353d5bf43c1eeb6625247c9e88d89d8f771db8372b1"
}
