import Crypto

/// The identity of a binary format: the magic word and version at the start of every file. The last 32 bytes of every file are
/// the SHA-256 of all bytes before them, so a file that was damaged while it was copied or stored is refused when it is read.
public struct FileFormat: Sendable, Equatable {
    /// Eight ASCII characters.
    public let magic: String
    /// Raised whenever the meaning of a byte changes. Files of other versions are refused.
    public let version: Int

    public init(magic: String, version: Int) {
        guard magic.utf8.count == 8 else { fatalError("the magic word \(magic) is not eight characters long") }
        self.magic = magic
        self.version = version
    }

    package static let digestBytes = SHA256.byteCount

    /// The SHA-256 of the content of a file, which its last bytes repeat.
    static func digest(of content: ArraySlice<UInt8>) -> [UInt8] { Array(SHA256.hash(data: content)) }
}
