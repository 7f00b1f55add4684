extension [UInt8] {
    /// Bytes from pairs of hexadecimal digits, with spaces and line breaks wherever they help.
    public init(hex: String) {
        let digits = hex.filter { !$0.isWhitespace }.map { digit in
            guard let value = digit.hexDigitValue else { fatalError("\(digit) is no hexadecimal digit") }
            return UInt8(value)
        }
        guard digits.count % 2 == 0 else { fatalError("\(digits.count) hexadecimal digits make no whole bytes") }
        self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
