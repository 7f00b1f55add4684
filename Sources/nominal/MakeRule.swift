import Folders

/// A rule of a Makefile that names what results depend on, as `--depfile` writes it.
///
/// Escapes are those that GNU make 4.3 honours, which differ between targets and prerequisites. What it has no escape for comes
/// from variables that the file sets. A name that make cannot express is an error.
struct MakeRule {
    /// A name that no Makefile can hold.
    struct Fault: Error, Equatable, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String {
            "\(path): GNU make has no way to write this name (\(reason)); rename it, or run without --depfile"
        }
    }

    private static let variables: [(byte: Character, name: String, value: String)] = [
        ("\t", "nominal_tab", "$()\t$()"), (";", "nominal_semicolon", ";"), ("=", "nominal_equals", "="),
        ("&", "nominal_ampersand", "&"),
    ]

    /// The lines of the file: the target with all dependencies, and each of these as a target of its own, so that make goes on when
    /// one is deleted.
    let bytes: [UInt8]

    /// - Parameters:
    ///   - target: the path of a result.
    ///   - files: paths that it depends on.
    ///   - folders: their folders, whose times change when a file comes or goes.
    init(target: String, files: [String], folders: [String]) throws(Fault) {
        var bytes: [UInt8] = []
        for variable in Self.variables { bytes += "\(variable.name) := \(variable.value)\n".utf8 }
        bytes += try Self.escaped(target, isTarget: true) + Array(":".utf8)
        var targets: [UInt8] = []
        for (path, isFolder) in files.map({ ($0, false) }) + folders.map({ ($0, true) }) {
            // By this name of a folder, its own last character has nothing behind it that it could take part in.
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
            // Before a character that is escaped by a backslash, those of the name itself count double.
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

    /// Why make cannot express a name; nil where it can.
    private static func obstacle(_ name: [UInt8]) -> String? {
        let blanks = Array(" \t\u{B}\u{C}\r".utf8)
        if name.contains(UInt8(ascii: "\n")) { return "it holds a line feed" }
        guard let first = name.first, let last = name.last else { return "it is empty" }
        if blanks.contains(last) || last == UInt8(ascii: "\\") { return "it ends in a blank or a backslash" }
        if blanks.dropFirst(2).contains(first) { return "it begins with a blank" }
        if first == UInt8(ascii: "~") { return "it begins with ~, which make takes for a home folder" }
        if last == UInt8(ascii: ")"), name.contains(UInt8(ascii: "(")) {
            return "it ends in parentheses, which make takes for the member of an archive"
        }
        if ["define", "undefine"].contains(where: { name.elementsEqual($0.utf8) }) { return "it is a word of make" }
        if name.contains(UInt8(ascii: "\\")), name.contains(where: { "*?[".utf8.contains($0) }) {
            return "it holds a backslash and one of * ? ["
        }
        return nil
    }
}
