import Console
import Testing

@Suite("Standard output")
struct StandardOutputTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
    }

    private func shell(_ script: String) throws -> CommandLineFixture.Outcome {
        try fixture.tool("sh", "-c", "N=\(CommandLineFixture.program.path); " + script)
    }

    @Test("Every command that prints exits with 74 and a message if its output cannot be written")
    func full() throws {
        try #require(try fixture.nominal("run", "tiny.json", "--output", "a").status == 0)
        try #require(try fixture.nominal("run", "tiny.json", "--output", "b").status == 0)
        try #require(try fixture.nominal("models", "register", "a/models/wood.nominal").status == 0)
        try #require(try fixture.nominal("keys", "create", "k").status == 0)
        let scores = "image,score\n" + (0..<40).map { "\($0).png,\($0).5\n" }.joined()
        try fixture.write(scores, to: "scores.csv")
        let commands = [
            "schema", "schema --reference", "schema --sweep", "--version", "--help", "run --help", "validate tiny.json",
            "plan tiny.json", "run tiny.json --quiet --output a", "run tiny.json --dry-run",
            "preview tiny.json --quiet",
            "status", "runs", "runs --json", "log wood/select", "why wood/select", "lineage a/metrics.json",
            "lineage a/metrics.json --json", "compare a b", "compare a b --json", "threshold scores.csv",
            "threshold scores.csv --json", "evaluate --maps a --ground-truth data", "models", "models list --json",
            "models show wood@1", "models card wood@1", "models pin wood@1", "gc --dry-run", "verify",
            "keys show k.pub", "export 1 --output bundle",
            "demo-data more --size 64 --train 2 --test-good 1 --test-defect 1", "init data/wood",
            "score data/wood/test --model a/models/wood.nominal --quiet", "models promote wood@1 --reason test",
            "keys create key", "nights wood", "quarantine list wood", "sweep --help",
            "attest 1 --key k --output t.json",
        ]
        // Nothing to say, or no night and no key in this folder.
        let others: Set = [
            "nights wood", "quarantine list wood", "attest 1 --key k --output t.json", "keys show k.pub",
        ]
        for command in commands {
            // A command that fails for another reason proves nothing.
            let usual = try shell("rm -rf more bundle wood.json key*; exec $N \(command)")
            guard usual.status == 0, !usual.output.isEmpty else {
                #expect(others.contains(command), "\(command): \(usual)")
                continue
            }
            let outcome = try shell("rm -rf more bundle wood.json key*; exec $N \(command) > /dev/full")
            #expect(outcome.status == 74, "\(command): \(outcome)")
            #expect(outcome.errors.contains("could not be written to standard output"), "\(command): \(outcome)")
        }
    }

    @Test("A failing command keeps its exit code and also reports lost output")
    func ownError() throws {
        let outcome = try shell("exec $N validate tiny.json none.json > /dev/full")
        #expect(outcome.status == 66)
        #expect(outcome.errors.contains("none.json") && outcome.errors.contains("standard output"))
    }

    @Test("A closed pipe ends the command silently")
    func brokenPipe() throws {
        for ignored in ["", "trap '' PIPE; "] {
            let outcome = try shell(
                "\(ignored)rm -f status; ( sleep 0.3; $N schema; echo $? > status ) | true; "
                    + "until [ -s status ]; do sleep 0.01; done; cat status")
            #expect(outcome.output == "141\n" && outcome.errors.isEmpty, "\(outcome)")
        }
    }

    @Test("A closed standard output is an error, and no file takes its place")
    func closed() throws {
        let outcome = try shell("exec $N plan tiny.json >&-")
        #expect(outcome.status == 74, "\(outcome)")
    }

    @Test("A limit on file size is a reported write error")
    func fileSizeLimit() throws {
        let schema = try shell("ulimit -f 4; exec $N schema > f")
        #expect(schema.status == 74 && schema.errors.contains("File too large"), "\(schema)")
        let data = try shell("ulimit -f 4; exec $N demo-data big --size 128 --train 2 --test-good 1 --test-defect 1")
        #expect(data.status == 74 && data.errors.contains("File too large"), "\(data)")
    }
}

/// Escaping of text for terminals.
@Suite struct TerminalTextTests {
    @Test(
        "control characters and direction marks are written as JSON escapes",
        arguments: [
            ("plain ü日", "plain ü日"), ("a\nb\tc", "a\nb\tc"), ("\u{1b}[31m", "\\u001B[31m"), ("a\rb", "a\\u000Db"),
            ("\u{9b}1m", "\\u009B1m"), ("\u{202e}gnp", "\\u202Egnp"), ("\u{2028}", "\\u2028"), ("\u{7f}", "\\u007F"),
        ])
    func harmless(text: String, shown: String) { #expect(TerminalText.escaped(text) == shown) }
}
