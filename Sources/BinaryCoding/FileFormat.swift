import Cryptography

/// The identity of a binary format: magic word and version, at the start of every file. The last 32 bytes are the
/// SHA-256 of all bytes before them, so that files damaged in transit or storage are refused.
public struct FileFormat: Sendable, Equatable {
    /// Eight ASCII characters.
    public let magic: String
    /// Raised on every change of meaning. Files of other versions are refused.
    public let version: Int

    public init(magic: String, version: Int) {
        guard magic.utf8.count == 8 else { fatalError("the magic word \(magic) is not eight characters long") }
        self.magic = magic
        self.version = version
    }

    package static let digestBytes = SHA256.byteCount

    /// The SHA-256 of a file's content, stored in its last bytes.
    static func digest(of content: ArraySlice<UInt8>) -> [UInt8] { SHA256.digest(of: content) }
}

/// A fault of a binary file.
public enum FormatError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(String, at: Int, needed: Int, present: Int)
    case wrongFormat(String, expected: String)
    case wrongVersion(String, found: Int, expected: Int)
    /// The content does not match the digest at the end of the file.
    case digestMismatch(String)
    case outOfRange(String, what: String, found: Int, allowed: ClosedRange<Int>)
    /// Damage that the digest does not show, at a byte if it has a place.
    case damaged(String, at: Int? = nil, what: String)

    public var description: String {
        switch self {
        case .truncated(let name, let position, let needed, let present):
            "\(name) is truncated: at byte \(position), expected \(needed) more bytes, found \(present); make it again"
        case .wrongFormat(let name, let expected):
            "\(name) is not a file of the format \(expected): it has another magic word; give the right file"
        case .wrongVersion(let name, let found, let expected):
            "\(name) has format version \(found), this program reads version \(expected); make it again, or use the version "
                + "of nominal that wrote it"
        case .digestMismatch(let name):
            "\(name) is damaged: its SHA-256 does not match its content; copy it again from where it was made, or make it again"
        case .outOfRange(let name, let what, let found, let allowed):
            "\(name) is damaged: \(what) is \(found), expected \(allowed.lowerBound) to \(allowed.upperBound); make it again"
        case .damaged(let name, let position, let what):
            "\(name) is damaged\(position.map { " at byte \($0)" } ?? ""): \(what); make it again"
        }
    }
}
