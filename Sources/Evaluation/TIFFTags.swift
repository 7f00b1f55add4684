import Foundation
import Host

/// What the first directory of a TIFF file says about how its samples are stored (TIFF 6.0, Adobe, 1992).
package struct TIFFTags: Equatable {
    /// 1 is none, 8 and 32946 are Deflate.
    var compression = 1
    /// 1 is none.
    var predictor = 1

    /// - Throws: `EvaluationError.unreadable`.
    /// - Returns: nil for bytes that are no TIFF file, or one of the large variant.
    package init?(path: String) throws(EvaluationError) {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            let header = Array(try file.read(upToCount: 8) ?? Data())
            guard header.count == 8, header[0] == header[1], [0x49, 0x4D].contains(header[0]) else { return nil }
            let isLittle = header[0] == 0x49
            func number(_ bytes: ArraySlice<UInt8>) -> Int {
                (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
            }
            guard number(header[2..<4]) == 42 else { return nil }
            try file.seek(toOffset: UInt64(number(header[4..<8])))
            guard let count = try file.read(upToCount: 2), count.count == 2 else { return nil }
            let entries = Array(try file.read(upToCount: 12 * number(Array(count)[...])) ?? Data())
            for start in stride(from: 0, to: entries.count - 11, by: 12) {
                let value = number(entries[start + 8..<start + 10])
                switch number(entries[start..<start + 2]) {
                case 259: compression = value
                case 317: predictor = value
                default: break
                }
            }
        } catch {
            throw .unreadable(path: path, reason: SystemReason.text(of: error))
        }
    }
}
