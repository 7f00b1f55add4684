/// FNV-1a with 64 bits: a hash that is the same in every process, unlike `Hasher`'s. For choosing streams and
/// boundaries, never for identity.
public enum StableHash {
    public static func of(_ text: String) -> UInt64 { of(text.utf8) }

    public static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}
