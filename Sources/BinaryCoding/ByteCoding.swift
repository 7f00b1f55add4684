/// Writes a binary file: magic word, version, little-endian numbers, length-prefixed texts and blocks of numbers, and a
/// digest of all of it.
public struct ByteWriter {
    private var content: [UInt8] = []

    /// The whole file.
    public var bytes: [UInt8] { content + FileFormat.digest(of: content[...]) }

    /// - Parameter format: magic word and version.
    public init(_ format: FileFormat) {
        content.append(contentsOf: format.magic.utf8)
        write(UInt32(format.version))
    }

    public mutating func write(_ value: UInt8) { content.append(value) }
    public mutating func write(_ value: UInt32) { append(value.littleEndian) }
    public mutating func write(_ value: UInt64) { append(value.littleEndian) }
    public mutating func write(_ value: Int) { write(UInt64(bitPattern: Int64(value))) }
    public mutating func write(_ value: Float) { write(value.bitPattern) }
    public mutating func write(_ value: Double) { write(value.bitPattern) }

    public mutating func write(_ text: String) {
        write(text.utf8.count)
        content.append(contentsOf: text.utf8)
    }

    /// Writes a count, then the numbers.
    public mutating func write<Number: BitwiseCopyable>(block numbers: [Number]) {
        write(numbers.count)
        unsafe numbers.withUnsafeBytes { unsafe content.append(contentsOf: $0) }
    }

    private mutating func append<Number: BitwiseCopyable>(_ number: Number) {
        unsafe withUnsafeBytes(of: number) { unsafe content.append(contentsOf: $0) }
    }
}

/// Reads a file of `ByteWriter` without trusting it: verifies the digest, and checks every length against the remaining
/// bytes, since anyone can compute a digest.
public struct ByteReader {
    private let bytes: [UInt8]
    /// The end of the content, where the digest begins.
    private let end: Int
    private var position = 0
    private let name: String

    /// - Parameter name: the file name, for errors.
    ///
    /// - Throws: `FormatError` for another format or version, and for a digest mismatch.
    public init(_ bytes: [UInt8], _ format: FileFormat, name: String) throws(FormatError) {
        self.bytes = bytes
        self.name = name
        end = bytes.count - FileFormat.digestBytes
        let magic = Array(format.magic.utf8)
        guard bytes.count >= magic.count + 4 else {
            throw .truncated(name, at: 0, needed: magic.count + 4, present: bytes.count)
        }
        guard Array(bytes[..<magic.count]) == magic else { throw .wrongFormat(name, expected: format.magic) }
        let version = (0..<4).reduce(0) { $0 | Int(bytes[magic.count + $1]) << (8 * $1) }
        guard version == format.version else {
            throw .wrongVersion(name, found: version, expected: format.version)
        }
        position = magic.count + 4
        guard position <= end else {
            throw .truncated(name, at: position, needed: FileFormat.digestBytes, present: bytes.count - position)
        }
        guard FileFormat.digest(of: bytes[..<end])[...] == bytes[end...] else { throw .digestMismatch(name) }
    }

    private mutating func take(_ count: Int) throws(FormatError) -> Int {
        guard count >= 0, count <= end - position else {
            throw .truncated(name, at: position, needed: count, present: end - position)
        }
        defer { position += count }
        return position
    }

    private mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(FormatError) -> Number {
        let start = try take(Number.bitWidth / 8)
        var value: Number = 0
        for index in 0..<Number.bitWidth / 8 {
            value |= Number(truncatingIfNeeded: bytes[start + index]) << (8 * index)
        }
        return value
    }

    public mutating func readUInt8() throws(FormatError) -> UInt8 { try number(UInt8.self) }
    public mutating func readUInt32() throws(FormatError) -> UInt32 { try number(UInt32.self) }
    public mutating func readInt() throws(FormatError) -> Int { Int(truncatingIfNeeded: try number(UInt64.self)) }
    public mutating func readFloat() throws(FormatError) -> Float { Float(bitPattern: try number(UInt32.self)) }
    public mutating func readDouble() throws(FormatError) -> Double { Double(bitPattern: try number(UInt64.self)) }

    /// Reads an integer that must lie in a range, such as a size.
    public mutating func readInt(_ what: String, in range: ClosedRange<Int>) throws(FormatError) -> Int {
        let value = try readInt()
        guard range.contains(value) else { throw .outOfRange(name, what: what, found: value, allowed: range) }
        return value
    }

    public mutating func readText() throws(FormatError) -> String {
        let count = try readInt()
        let start = try take(count)
        guard let text = String(validating: bytes[start..<start + count], as: UTF8.self) else {
            throw .damaged(name, at: start, what: "text that is not UTF-8")
        }
        return text
    }

    /// Reads a counted block of numbers. Every bit pattern is valid for the types in use.
    public mutating func readBlock<Number: BitwiseCopyable>(of _: Number.Type) throws(FormatError) -> [Number] {
        let count = try readInt()
        let size = MemoryLayout<Number>.stride
        guard count >= 0, count <= (end - position) / size else {
            throw .truncated(name, at: position, needed: count, present: (end - position) / size)
        }
        let start = try take(count * size)
        return unsafe [Number](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[start..<start + count * size]))
            }
            initialized = count
        }
    }

    /// Must be called last: remaining bytes indicate damage.
    public func finish() throws(FormatError) {
        guard position == end else {
            throw .damaged(name, at: position, what: "\(end - position) bytes after the end")
        }
    }
}
