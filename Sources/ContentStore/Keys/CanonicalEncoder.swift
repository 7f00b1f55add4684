/// The canonical byte encoding behind action keys: a tag, then the content with a fixed or a leading length, so that
/// no two different values share an encoding.
///
///     text     'T' count UTF-8          flag    'F' 0 or 1
///     integer  'I' two's complement     digest  'D' 32 bytes
///     real     'R' IEEE 754 binary64    list    'L' count elements
///     record   'M' count (name as text, value), sorted by the names' UTF-8 bytes
///
/// Counts, integers and reals are 8 bytes, little-endian; -0 counts as 0 and every NaN as one. Texts are taken byte by
/// byte, without Unicode normalisation.
struct CanonicalEncoder {
    private(set) var bytes: [UInt8] = []

    /// The initial capacity, enough for most keys.
    private static let usualCount = 512

    init() { bytes.reserveCapacity(Self.usualCount) }

    mutating func append(_ value: KeyValue) {
        switch value {
        case .text(let text): append(text: text)
        case .integer(let value):
            append(tag: "I")
            append(word: UInt64(bitPattern: Int64(value)))
        case .real(let value):
            append(tag: "R")
            append(word: (value.isNaN ? Double.nan : value == 0 ? 0 : value).bitPattern)
        case .flag(let value):
            append(tag: "F")
            bytes.append(value ? 1 : 0)
        case .digest(let digest): append(digest: digest)
        case .list(let values):
            append(tag: "L")
            append(word: UInt64(values.count))
            for value in values { append(value) }
        case .record(let parts): append(record: parts)
        }
    }

    mutating func append(text: String) {
        append(tag: "T")
        append(word: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(digest: Digest) {
        append(tag: "D")
        let words = digest.words
        for word in [words.0, words.1, words.2, words.3] { append(word: word.byteSwapped) }
    }

    mutating func append(record parts: [KeyPart]) {
        append(tag: "M")
        append(word: UInt64(parts.count))
        for part in Self.ordered(parts) {
            append(text: part.name)
            append(part.value)
        }
    }

    mutating func append(list inputs: [ActionInput]) {
        append(tag: "L")
        append(word: UInt64(inputs.count))
        for input in inputs {
            append(text: input.name)
            append(digest: input.digest)
        }
    }

    /// Parts by name; parts of equal names keep their order.
    static func ordered(_ parts: [KeyPart]) -> [KeyPart] {
        let isOrdered = zip(parts, parts.dropFirst()).allSatisfy { !precedes($1.name, $0.name) }
        if isOrdered { return parts }
        return parts.enumerated()
            .sorted { left, right in
                if precedes(left.element.name, right.element.name) { return true }
                if precedes(right.element.name, left.element.name) { return false }
                return left.offset < right.offset
            }
            .map(\.element)
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private mutating func append(tag: Unicode.Scalar) { bytes.append(UInt8(ascii: tag)) }

    private mutating func append(word: UInt64) {
        unsafe withUnsafeBytes(of: word.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}
