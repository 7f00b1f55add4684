/// Steele, Lea and Flood's SplitMix64: turns a seed and any number of words into well-mixed state.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Makes everything that follows depend on a word as well, in its order.
    mutating func absorb(_ word: UInt64) { state = next() ^ (word &* 0xD6E8_FEB8_6659_FD93) }
}
