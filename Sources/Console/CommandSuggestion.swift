import ArgumentParser
import ContentStore
import Manifests
import Wording

/// The command that a wrong word in the place of a command probably means. ArgumentParser suggests options only.
struct CommandSuggestion {
    /// The wrong word.
    let word: String
    /// The words of the suggested call, such as "nominal models register"; nil if no command is similar.
    let call: String?
    /// True if no command can begin with the word, false if it may also be an argument of a default command.
    let isCertain: Bool

    /// Words of other programs for commands of this one.
    private static let synonyms = [
        "train": "run", "fit": "run", "start": "run", "predict": "score", "infer": "score", "detect": "score",
        "test": "score", "history": "runs", "ls": "runs", "list": "runs", "show": "report", "view": "report",
        "check": "doctor", "explain": "lineage",
    ]

    /// Nil if the arguments name existing commands.
    init?(_ arguments: [String], of root: any ParsableCommand.Type) {
        var command = root
        var call = Self.name(of: root)
        for argument in arguments {
            let names = Self.names(below: command)
            guard !names.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
            if let next = Self.command(argument, below: command) {
                command = next
                call += " " + argument
            } else {
                word = argument
                isCertain = command.configuration.defaultSubcommand == nil
                self.call = Self.meant(argument, among: names).map { call + " " + $0 }
                return
            }
        }
        return nil
    }

    /// The first line of the message in place of ArgumentParser's.
    func line(insteadOf line: String) -> String {
        let hint = call.map { ". Did you mean \"\($0)\"?" } ?? ""
        return (isCertain ? "Error: Unknown command \"\(word)\"" : line) + hint
    }

    /// The nearest of some commands, with its argument if the word is that.
    private static func meant(_ word: String, among names: [String]) -> String? {
        if word.hasSuffix(".json"), names.contains("run") { return "run \(ShellWord.quoted(word))" }
        if names.contains("init"), (try? AtomicFile.isFolder(word)) == true { return "init \(ShellWord.quoted(word))" }
        if word.count > 2, let longer = names.first(where: { $0.hasPrefix(word) }) { return longer }
        if let synonym = synonyms[word], names.contains(synonym) { return synonym }
        return Spelling.nearest(to: word, among: names)
    }

    // Loops: closures over types of commands crash the compiler of Swift 6.3.1.
    private static func names(below command: any ParsableCommand.Type) -> [String] {
        var names: [String] = []
        for type in command.configuration.subcommands where type.configuration.shouldDisplay {
            names.append(name(of: type))
        }
        return names
    }

    private static func command(_ name: String, below command: any ParsableCommand.Type) -> (any ParsableCommand.Type)?
    {
        for type in command.configuration.subcommands where Self.name(of: type) == name { return type }
        return nil
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? ""
    }
}
