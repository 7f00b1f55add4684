/// Unsigned numbers in the bytes of a file, each nil beyond the end.
extension [UInt8] {
    /// A number of up to 7 bytes, least significant byte first.
    func little(at position: Int, _ size: Int) -> Int? {
        field(at: position, size)?.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number of up to 7 bytes, most significant byte first.
    func big(at position: Int, _ size: Int) -> Int? {
        field(at: position, size)?.reduce(0) { $0 << 8 | Int($1) }
    }

    private func field(at position: Int, _ size: Int) -> ArraySlice<UInt8>? {
        guard position >= 0, position <= count - size else { return nil }
        return self[position..<(position + size)]
    }
}

extension NativeCodecs.Failure {
    static func damaged(_ message: String) -> Self { Self(kind: .damaged, message: message, decodedRows: nil) }
    static func unsupported(_ feature: String) -> Self { Self(kind: .unsupported, message: feature, decodedRows: nil) }
    static func truncated(decodedRows: Int? = nil) -> Self {
        Self(kind: .truncated, message: "unexpected end", decodedRows: decodedRows)
    }
}
