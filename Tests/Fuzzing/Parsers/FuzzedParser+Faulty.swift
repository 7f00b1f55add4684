extension FuzzedParser {
    /// Does what no parser may: for the test that such things are found.
    static let faulty = FuzzedParser(
        name: "faulty", seeds: { ["fine", "trap", "loop", "take", "last"].map { Array($0.utf8) } }
    ) { _ in
        { bytes in
            switch String(decoding: bytes, as: UTF8.self) {
            case "trap": fatalError("as asked")
            case "loop": while true {}
            case "take":
                // Written to, or it would not be memory.
                guard [UInt8](repeating: 1, count: 200 << 20).reduce(0, &+) != 7 else { return }
            default: break
            }
        }
    }
}
