/// What is wrong with a binary file.
public enum FormatError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(String, at: Int, needed: Int, present: Int)
    case wrongFormat(String, expected: String)
    case wrongVersion(String, found: Int, expected: Int)
    /// The content is not what its digest at the end of the file says.
    case digestMismatch(String)
    case outOfRange(String, what: String, found: Int, allowed: ClosedRange<Int>)
    case damaged(String, at: Int, what: String)

    public var description: String {
        switch self {
        case .truncated(let name, let position, let needed, let present):
            "\(name) ends too early: at byte \(position) it needs \(needed) more and has \(present); make it again"
        case .wrongFormat(let name, let expected):
            "\(name) is no \(expected) file: its first bytes say something else; give the right file"
        case .wrongVersion(let name, let found, let expected):
            "\(name) has format version \(found), this program reads version \(expected); make it again, or use the version "
                + "of nominal that wrote it"
        case .digestMismatch(let name):
            "\(name) is damaged: its SHA-256 does not match its content; copy it again from where it was made, or make it again"
        case .outOfRange(let name, let what, let found, let allowed):
            "\(name) is damaged: \(what) is \(found), allowed are \(allowed.lowerBound) to \(allowed.upperBound); make it again"
        case .damaged(let name, let position, let what):
            "\(name) is damaged at byte \(position): \(what); make it again"
        }
    }
}
