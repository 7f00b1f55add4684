/// Why there is no manifest of a job or a sweep.
public enum ManifestError: Error, Equatable, Sendable {
    case missing(file: String)
    case unreadable(file: String, reason: String)
    /// The file is no JSON document.
    case malformed(JSONError)
    /// The file is JSON, but no manifest. All violations, by their place in the file; never empty.
    case invalid(file: String, violations: [ManifestViolation])

    /// The same facts as a list, for reports that show every fault.
    public var violations: [ManifestViolation] {
        switch self {
        case .missing(let file):
            [
                ManifestViolation(
                    file: file, found: "no such file", expected: "a manifest", remedy: "correct the path")
            ]
        case .unreadable(let file, let reason):
            [
                ManifestViolation(
                    file: file, found: "an unreadable file (\(reason))", expected: "a readable manifest",
                    remedy: "check what the path names and who may read it")
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
    /// The most violations that the description spells out.
    static let listedViolations = 20

    public var description: String {
        switch self {
        case .missing(let file): return "\(file): there is no such file; expected a manifest; correct the path"
        case .unreadable(let file, let reason):
            return "\(file): the file cannot be read (\(reason)); check what the path names and who may read it"
        case .malformed(let error): return error.description
        case .invalid(let file, let violations):
            let count = violations.count == 1 ? "1 fault" : "\(violations.count) faults"
            let listed = violations.prefix(Self.listedViolations).map { "\n  \($0)" }.joined()
            let rest = violations.count - Self.listedViolations
            return "\(file) is no valid manifest, it has \(count):" + listed
                + (rest > 0 ? "\n  and \(rest) more" : "")
        }
    }
}
