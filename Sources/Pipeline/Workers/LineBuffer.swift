import Glibc

/// Bytes as they come, by lines.
struct LineBuffer {
    private var rest: [UInt8] = []

    /// The lines that are complete by now.
    mutating func read(_ descriptor: Int32) -> [[UInt8]] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            rest += buffer[..<count]
        }
        var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        rest = lines.popLast() ?? []
        return lines
    }
}
