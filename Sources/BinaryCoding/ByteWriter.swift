/// Builds a binary file: a magic word and a version, little-endian numbers, length-prefixed text and blocks of numbers, and the
/// digest of all of it.
public struct ByteWriter {
    private var content: [UInt8] = []

    /// The whole file.
    public var bytes: [UInt8] { content + FileFormat.digest(of: content[...]) }

    /// - Parameter magic: eight ASCII characters that name the format.
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

    /// A count and then the numbers.
    public mutating func write<Number: BitwiseCopyable>(block numbers: [Number]) {
        write(numbers.count)
        unsafe numbers.withUnsafeBytes { unsafe content.append(contentsOf: $0) }
    }

    private mutating func append<Number: BitwiseCopyable>(_ number: Number) {
        unsafe withUnsafeBytes(of: number) { unsafe content.append(contentsOf: $0) }
    }
}
