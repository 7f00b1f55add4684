/// Action keys computed by the Python lines in `KeyEncodingTests`.
enum GoldenKeys {
    /// K("s", 1, [])
    static let empty = "9990a5c73349361ed49af9894a53f17ff83ad4f7343e9b29583064cc970db87e"
    /// K("trän", 7, [("text", T("héllo")), ("integer", I(-3)), ("real", R(0.1)), ("flag", F(1)),
    ///   ("digest", D(h("abc"))), ("list", L([I(1), T("1")])), ("record", M(("b", I(2)), ("a", R(0.0))))],
    ///   [("z", h("z")), ("a", h("a"))]) with h = lambda s: sha256(s.encode()).digest()
    static let full = "3d7c77b2720999de5a0ecb6fd33f5670fa584c69e62707af0317673133cb8090"
}
