/// An argument in a command that the user may copy into a shell.
package enum ShellWord {
    package static func quoted(_ argument: String) -> String {
        let plain =
            !argument.isEmpty
            && argument.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-@".contains($0)) }
        return plain ? argument : "'\(argument.replacing("'", with: "'\\''"))'"
    }
}
