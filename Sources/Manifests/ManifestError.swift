import Wording

/// The reason why a job or sweep manifest cannot be used.
public enum ManifestError: Error, Equatable, Sendable {
    case missing(file: String)
    /// A folder in the place of a manifest.
    case folder(file: String)
    case unreadable(file: String, reason: String)
    /// The file is not a JSON document.
    case malformed(JSONError)
    /// The document is not a valid manifest. The violations are ordered by position and never empty.
    case invalid(file: String, violations: [ManifestViolation])

    /// The same facts as a list, for reports of every fault.
    public var violations: [ManifestViolation] {
        switch self {
        case .missing(let file):
            [
                ManifestViolation(
                    file: file, found: "no such file", expected: "a manifest", remedy: "correct the path")
            ]
        case .folder(let file):
            [
                ManifestViolation(
                    file: file, found: "a folder", expected: "a manifest",
                    remedy: "nominal init writes one for a folder of images")
            ]
        case .unreadable(let file, let reason):
            [
                ManifestViolation(
                    file: file, found: "an unreadable file (\(reason))", expected: "a readable manifest",
                    remedy: "check the path and its permissions")
            ]
        case .malformed(.malformed(let file, let position, let fault)):
            [
                ManifestViolation(
                    file: file, position: position, found: fault.found, expected: fault.expected, remedy: fault.remedy)
            ]
        case .invalid(_, let violations): violations
        }
    }
}

extension ManifestError: CustomStringConvertible {
    /// The number of violations that the description lists.
    static let listedViolations = 20

    public var description: String {
        switch self {
        case .missing(let file): return "\(file): there is no such file; expected a manifest; correct the path"
        case .folder(let file):
            return "\(file): this is a folder; expected a manifest; nominal init writes one for a folder of images"
        case .unreadable(let file, let reason):
            return "\(file): the file cannot be read (\(reason)); check the path and its permissions"
        case .malformed(let error): return error.description
        case .invalid(let file, let violations):
            let listed = violations.prefix(Self.listedViolations).map { "\n  \($0)" }.joined()
            let rest = violations.count - Self.listedViolations
            return "\(file) is not a valid manifest, it has \(counted(violations.count, "fault")):" + listed
                + (rest > 0 ? "\n  and \(rest) more" : "")
        }
    }
}

/// One fault of a manifest.
public struct ManifestViolation: Sendable, Hashable {
    public var file: String
    /// The faulty value; for a missing key its object, for an unknown key the key, for a fault of the whole file the
    /// root.
    public var pointer: JSONPointer
    /// The position of the value; `nil` for files that could not be read.
    public var position: SourcePosition?
    public var found: String
    public var expected: String
    public var remedy: String

    public init(
        file: String, pointer: JSONPointer = .root, position: SourcePosition? = nil, found: String, expected: String,
        remedy: String
    ) {
        (self.file, self.pointer, self.position) = (file, pointer, position)
        (self.found, self.expected, self.remedy) = (found, expected, remedy)
    }

    init(_ violation: SchemaViolation, file: String) {
        self.init(
            file: file, pointer: violation.pointer, position: violation.position, found: violation.found,
            expected: violation.expected, remedy: violation.remedy)
    }
}

extension ManifestViolation: CustomStringConvertible {
    /// "FILE:LINE:COLUMN: POINTER: found ...; expected ...; remedy".
    public var description: String {
        let place = position.map { "\(file):\($0): " } ?? "\(file): "
        return place + (pointer == .root ? "" : "\(pointer): ") + "found \(found); expected \(expected); \(remedy)"
    }
}
