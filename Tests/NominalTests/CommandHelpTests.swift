import ArgumentParser
import Testing

@testable import nominal
@testable import nominal_bench

@Suite("Help of the commands")
struct CommandHelpTests {
    private struct Command {
        let type: any ParsableCommand.Type
        /// The words of the call, such as "nominal models list".
        let call: String
    }

    /// The root commands of both programs and all commands below them.
    private let commands: [Command]

    init() {
        func tree(_ type: any ParsableCommand.Type, _ prefix: String) -> [Command] {
            let call = prefix + (type.configuration.commandName ?? "")
            guard type.configuration.shouldDisplay else { return [] }
            return [Command(type: type, call: call)]
                + type.configuration.subcommands.flatMap { tree($0, call + " ") }
        }
        commands = tree(Nominal.self, "") + tree(NominalBench.self, "")
    }

    @Test("Every command of nominal is in exactly one group")
    func groups() {
        let hidden = Nominal.configuration.ungroupedSubcommands.filter { !$0.configuration.shouldDisplay }
        #expect(hidden.count == Nominal.configuration.ungroupedSubcommands.count)
        let grouped = Nominal.configuration.groupedSubcommands.flatMap(\.subcommands).map { ObjectIdentifier($0) }
        #expect(grouped.count == Set(grouped).count && grouped.count > 25)
    }

    @Test("Every abstract is an imperative of at most ten words")
    func abstracts() throws {
        for command in commands {
            let words = command.type.configuration.abstract.split(separator: " ")
            #expect((2...10).contains(words.count), "\(command.call): \(words.count) words")
            let verb = try #require(words.first)
            #expect(verb.first?.isUppercase == true && !verb.hasSuffix("s"), "\(command.call): \(verb)")
            #expect(words.last?.hasSuffix(".") == true, "\(command.call)")
        }
    }

    @Test("Every help has an example of a call")
    func examples() {
        for command in commands {
            let lines = command.type.configuration.discussion.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("  \(command.call)") }, "\(command.call)")
        }
    }
}
