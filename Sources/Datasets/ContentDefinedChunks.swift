import SeededRandom

/// Splits a sorted list at content-defined boundaries: adding an element changes one chunk and leaves the others, and
/// the tasks made from them, unchanged.
package enum ContentDefinedChunks {
    package struct Chunk<Element> {
        /// Unique among the chunks of a list; stable as long as the first element is.
        package var label: String
        package var elements: [Element]
    }

    /// - Parameter size: the mean number of elements; a chunk has at most four times as many.
    package static func split<Element>(
        _ elements: [Element], size: Int, name: (Element) -> String
    ) -> [Chunk<Element>] {
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

    /// FNV's low bits follow the last characters closely: consecutive names would give regular boundaries.
    private static func mixed(_ hash: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: hash)
        return generator.next()
    }

    private static func hexadecimal(_ hash: UInt64) -> String {
        let digits = String(hash >> 32, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
