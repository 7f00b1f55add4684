import SeededRandom

/// Makes inputs out of valid files. An input is a pure function of the parser, the seed and its number.
struct InputMutator {
    private static let numbers: [UInt64] = [
        0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 1023, 1024, 4095, 4096, 32767, 32768, 65535,
        65536,
        0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 1 << 53, 0x7FFF_FFFF_FFFF_FFFF, 1 << 63, .max, .max - 1,
        0x7F80_0000, 0x7FC0_0000,
    ]
    private static let texts = [
        "0", "-1", "1", "1.5", "1e308", "-1e308", "1e-320", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551616", "2147483648", "null", "true", "\"\"", "[]", "{}", "NaN",
    ]

    let parser: String
    let seeds: [[UInt8]]
    let words: [[UInt8]]
    let maximumBytes: Int
    let seed: UInt64

    init(_ parser: FuzzedParser, seed: UInt64) throws {
        self.parser = parser.name
        seeds = try parser.seeds()
        guard !seeds.isEmpty else { throw FuzzError.noSeeds(parser: parser.name) }
        words = (parser.words + Self.texts).map { Array($0.utf8) }
        maximumBytes = parser.maximumBytes
        self.seed = seed
    }

    /// The first ones are the valid files themselves.
    func input(_ number: Int) -> [UInt8] {
        guard number >= seeds.count else { return seeds[number] }
        var generator = SeededGenerator(seed: seed, stream: "fuzz \(parser)", UInt64(number))
        var bytes = seeds[generator.integer(below: seeds.count)]
        // Few changes get far, many get to odd places.
        let changes = 1 << generator.integer(below: 4)
        for _ in 0..<changes { change(&bytes, &generator) }
        return bytes.count > maximumBytes ? Array(bytes.prefix(maximumBytes)) : bytes
    }

    private func change(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return bytes = words[generator.integer(below: words.count)] }
        let place = generator.integer(below: bytes.count)
        let rest = bytes.count - place
        switch generator.integer(below: 12) {
        case 0: bytes[place] ^= 1 << UInt8(generator.integer(below: 8))
        case 1: bytes[place] = UInt8(generator.integer(below: 256))
        case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][generator.integer(below: 5)]
        case 3: bytes.removeSubrange(place..<place + min(rest, 1 << generator.integer(below: 8)))
        case 4: bytes.removeLast(rest)
        case 5:
            let piece = bytes[place..<place + min(rest, 1 << generator.integer(below: 8))]
            bytes.insert(contentsOf: piece, at: generator.integer(in: 0...bytes.count))
        case 6: splice(&bytes, at: place, &generator)
        case 7: overwrite(&bytes, at: place, with: words[generator.integer(below: words.count)])
        case 8: bytes.insert(contentsOf: words[generator.integer(below: words.count)], at: place)
        case 9, 10: writeNumber(&bytes, at: place, &generator)
        default: replaceDigits(&bytes, near: place, &generator)
        }
    }

    /// The end of another file.
    private func splice(_ bytes: inout [UInt8], at place: Int, _ generator: inout SeededGenerator) {
        let other = seeds[generator.integer(below: seeds.count)]
        bytes.removeSubrange(place...)
        if !other.isEmpty { bytes += other[generator.integer(below: other.count)...] }
    }

    private func overwrite(_ bytes: inout [UInt8], at place: Int, with other: [UInt8]) {
        for (offset, byte) in other.enumerated() where place + offset < bytes.count { bytes[place + offset] = byte }
    }

    /// A length, a count or an offset, in either byte order; or one near to what is there.
    private func writeNumber(_ bytes: inout [UInt8], at place: Int, _ generator: inout SeededGenerator) {
        let width = 1 << generator.integer(below: 4)
        var number = Self.numbers[generator.integer(below: Self.numbers.count)]
        if generator.chance(0.3) {
            number = 0
            for byte in bytes[place...].prefix(width).reversed() { number = number << 8 | UInt64(byte) }
            number = number &+ UInt64(bitPattern: Int64(generator.integer(in: -32...32)))
        }
        let little = (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
        overwrite(&bytes, at: place, with: generator.chance(0.5) ? little : little.reversed())
    }

    /// Another number in place of the next one in a text.
    private func replaceDigits(_ bytes: inout [UInt8], near place: Int, _ generator: inout SeededGenerator) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = bytes[place...].firstIndex(where: { digits.contains($0) }) else { return }
        let end = bytes[first...].firstIndex { !digits.contains($0) } ?? bytes.count
        bytes.replaceSubrange(first..<end, with: Self.texts[generator.integer(below: Self.texts.count)].utf8)
    }
}
