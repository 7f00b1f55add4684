import SeededRandom

/// Splits a sorted list into chunks whose borders depend on the names at the borders only, so that one more name changes
/// one chunk and leaves the others, and the tasks made of them, as they were.
enum ContentDefinedChunks {
    struct Chunk<Element> {
        /// Names the chunk among its neighbours; stays the same as long as its first element does.
        var label: String
        var elements: [Element]
    }

    /// - Parameter size: the mean number of elements; a chunk has at most four times as many.
    static func split<Element>(_ elements: [Element], size: Int, name: (Element) -> String) -> [Chunk<Element>] {
        var chunks: [Chunk<Element>] = []
        for element in elements {
            let hash = StableHash.of(name(element))
            let isBorder = mixed(hash) % UInt64(max(1, size)) == 0 || (chunks.last?.elements.count ?? 0) >= 4 * size
            if chunks.isEmpty {
                chunks.append(Chunk(label: "first", elements: [element]))
            } else if isBorder {
                chunks.append(Chunk(label: hexadecimal(hash), elements: [element]))
            } else {
                chunks[chunks.count - 1].elements.append(element)
            }
        }
        return chunks
    }

    /// FNV's low bits follow the last characters closely; names that count up would give regular borders.
    private static func mixed(_ hash: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: hash)
        return generator.next()
    }

    private static func hexadecimal(_ hash: UInt64) -> String {
        let digits = String(hash >> 32, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
