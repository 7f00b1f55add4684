extension String {
    /// The bytes of the path that this text stands for, with a zero at the end, as system calls take them. Every path that the
    /// program hands to the system goes through this property; see `PathText`.
    public var systemPath: [CChar] {
        // Nearly every path is its own text.
        if !utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == 0 }) { return Array(utf8CString) }
        return PathText.bytes(of: self).map { CChar(bitPattern: $0) } + [0]
    }
}
