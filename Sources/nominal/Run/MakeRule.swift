import Console
import Folders

/// A Makefile rule with the dependencies of the results, for `--depfile`.
///
/// Escapes follow GNU make 4.3, where they differ between targets and prerequisites. Characters without an escape come
/// from variables that the file sets.
struct MakeRule {
    /// A file name that no Makefile can express.
    struct Fault: ErrorWithExitStatus, Equatable, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String {
            "\(path): GNU make cannot express this name (\(reason)); rename it, or run without --depfile"
        }

        var exitStatus: ExitStatus { .invalidData }
    }

    private static let variables: [(byte: Character, name: String, value: String)] = [
        ("\t", "nominal_tab", "$()\t$()"), (";", "nominal_semicolon", ";"), ("=", "nominal_equals", "="),
        ("&", "nominal_ampersand", "&"),
    ]

    /// The contents of the file: the target with its dependencies, then each dependency as a target without a recipe,
    /// so that make continues after one is deleted.
    let bytes: [UInt8]

    /// - Parameters:
    ///   - target: the path of a result.
    ///   - files: the paths that it depends on.
    ///   - folders: the folders of these, whose times change when a file is added or removed.
    init(target: String, files: [String], folders: [String]) throws(Fault) {
        var bytes: [UInt8] = []
        for variable in Self.variables { bytes += "\(variable.name) := \(variable.value)\n".utf8 }
        bytes += try Self.escaped(target, isTarget: true) + Array(":".utf8)
        var targets: [UInt8] = []
        for (path, isFolder) in files.map({ ($0, false) }) + folders.map({ ($0, true) }) {
            // "/." after a folder keeps its last character from combining with what follows.
            let isHard = isFolder && (try? Self.escaped(path, isTarget: false)) == nil
            let name = isHard ? path + "/." : path
            bytes += Array(" \\\n  ".utf8) + (try Self.escaped(name, isTarget: false))
            targets += Array("\n".utf8) + (try Self.escaped(name, isTarget: true)) + Array(":\n".utf8)
        }
        self.bytes = bytes + Array("\n".utf8) + targets
    }

    private static func escaped(_ path: String, isTarget: Bool) throws(Fault) -> [UInt8] {
        let name = PathText.bytes(of: path)
        if let reason = obstacle(name) { throw Fault(path: path, reason: reason) }
        var escaped: [UInt8] = [], backslashes = 0
        for byte in name {
            if byte == UInt8(ascii: "\\") {
                backslashes += 1
                continue
            }
            let character = Character(UnicodeScalar(byte))
            // Backslashes before an escaped character are doubled.
            let isQuoted = " #:*?[\t;".contains(character) || character == (isTarget ? "%" : "|")
            escaped += Array(repeating: UInt8(ascii: "\\"), count: isQuoted ? 2 * backslashes + 1 : backslashes)
            backslashes = 0
            if let variable = variables.first(where: { $0.byte == character }) {
                escaped += "$(\(variable.name))".utf8
            } else {
                escaped += character == "$" ? Array("$$".utf8) : [byte]
            }
        }
        return escaped
    }

    /// The reason that make cannot express a name, or nil.
    private static func obstacle(_ name: [UInt8]) -> String? {
        let blanks = Array(" \t\u{B}\u{C}\r".utf8)
        if name.contains(UInt8(ascii: "\n")) { return "it contains a line feed" }
        guard let first = name.first, let last = name.last else { return "it is empty" }
        if blanks.contains(last) || last == UInt8(ascii: "\\") { return "it ends in a blank or a backslash" }
        if blanks.dropFirst(2).contains(first) { return "it begins with a blank" }
        if first == UInt8(ascii: "~") { return "it begins with ~, which make expands to a home folder" }
        if last == UInt8(ascii: ")"), name.contains(UInt8(ascii: "(")) {
            return "it ends in parentheses, which make reads as an archive member"
        }
        if ["define", "undefine"].contains(where: { name.elementsEqual($0.utf8) }) { return "it is a make directive" }
        if name.contains(UInt8(ascii: "\\")), name.contains(where: { "*?[".utf8.contains($0) }) {
            return "it contains a backslash and one of * ? ["
        }
        return nil
    }
}
