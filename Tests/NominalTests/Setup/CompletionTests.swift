import Testing

@testable import nominal

@Suite("Completion of names")
struct CompletionTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    /// The completions of an unfinished argument, as the scripts for shells ask for them.
    private func completions(_ argument: String, of command: String, _ words: String...) throws -> [String] {
        let line = ["nominal", command] + words
        let outcome = try fixture.nominal(
            environment: [:],
            ["---completion", command, "--", argument, "\(line.count - 1)", "\(words.last?.utf8.count ?? 0)"] + line)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test("Tasks and runs of the store are completed, and none without a store")
    func names() throws {
        #expect(try completions("positional@0", of: "why", "").isEmpty)
        try fixture.writeBundle("made.bundle")
        #expect(try completions("positional@0", of: "why", "--store", "source", "ma") == ["made"])
        #expect(try completions("positional@0", of: "why", "--store=source", "x").isEmpty)
        #expect(try completions("--run", of: "why", "--store", "source", "--run", "") == ["1"])
        #expect(!fixture.exists(".nominal"))
    }

    @Test("A script is generated for every shell", arguments: ["bash", "zsh", "fish"])
    func scripts(_ shell: String) throws {
        let outcome = try fixture.nominal("--generate-completion-script", shell)
        #expect(outcome.status == 0 && outcome.output.contains("doctor"))
        if shell == "bash" {
            try fixture.write(outcome.output, to: "script")
            #expect(try fixture.tool("bash", "-n", "script").status == 0)
        }
    }
}
