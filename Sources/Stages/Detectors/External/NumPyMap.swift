import BinaryCoding
import Imaging

extension FloatMap {
    /// Reads an array of NumPy (format 1.0 to 3.0 of `numpy.lib.format`): float32 or float64 in little-endian order,
    /// two dimensions, rows first. Doubles are rounded.
    ///
    /// - Parameter bytes: the content of the file.
    /// - Throws: `FormatError`.
    package init(npy bytes: [UInt8], name: String) throws(FormatError) {
        func damaged(_ what: String) -> FormatError { .damaged(name, what: what) }
        let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
        guard bytes.starts(with: magic), bytes.count >= 12 else {
            throw damaged("it does not start like a file of NumPy")
        }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
            throw damaged("version \(bytes[6]).\(bytes[7]) of NumPy's format, expected 1.0 to 3.0")
        }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        let start = 8 + lengthBytes + length
        guard length <= Self.maximumHeaderBytes, start <= bytes.count else { throw damaged("its header has no end") }
        let header = String(decoding: bytes[(8 + lengthBytes)..<start], as: UTF8.self)
        let (type, order, shape) = (
            Self.value(of: "descr", in: header), Self.value(of: "fortran_order", in: header),
            Self.value(of: "shape", in: header)
        )
        guard let type, let order, let shape else { throw damaged("its header lacks descr, fortran_order or shape") }
        guard type == "'<f4'" || type == "'<f8'", order == "False" else {
            throw damaged(
                "an array of the type \(type)\(order == "False" ? "" : " in Fortran order"), expected '<f4' in C order")
        }
        let sides = shape.dropFirst().dropLast().split(separator: ",").map { Int($0.filter { $0 != " " }) }
        guard sides.count == 2, let height = sides[0], let width = sides[1], (1...Self.maximumSide).contains(height),
            (1...Self.maximumSide).contains(width)
        else {
            throw damaged("an array of the shape \(shape), expected (height, width)")
        }
        let size = type == "'<f4'" ? 4 : 8
        guard bytes.count - start == width * height * size else {
            throw damaged("\(bytes.count - start) bytes of values, expected \(width * height * size)")
        }
        var values = [Float](repeating: 0, count: width * height)
        for index in values.indices {
            let place = start + index * size
            let bits = (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
            values[index] = size == 4 ? Float(bitPattern: UInt32(bits)) : Float(Double(bitPattern: bits))
        }
        self.init(width: width, height: height, values: values)
    }

    private static let maximumHeaderBytes = 1 << 16, maximumSide = 1 << 20

    /// The text of a value in the dictionary of a header, as Python writes it: up to a comma outside of parentheses.
    private static func value(of key: String, in header: String) -> String? {
        guard let start = header.firstRange(of: "'\(key)':")?.upperBound else { return nil }
        let rest = header[start...].drop { $0 == " " }
        if rest.first == "(" { return rest.firstIndex(of: ")").map { String(rest[...$0]) } }
        return rest.firstIndex { $0 == "," || $0 == "}" }.map { String(rest[..<$0]).filter { $0 != " " } }
    }
}
