import Testing

@Suite("Named pipes")
struct NamedPipeTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        for name in ["p.json", "p.nominal", "p.csv", "p.pem", "p.tar", "p.toml"] {
            try #require(try fixture.tool("mkfifo", name).status == 0)
        }
    }

    @Test("Every command rejects a named pipe in place of a file at once")
    func refused() throws {
        let commands = [
            "validate p.json", "plan p.json", "run p.json", "run p.json --dry-run", "preview p.json", "sweep p.json",
            "retrain p.json", "score data/wood/test --model p.nominal", "threshold p.csv", "keys show p.pem",
            "import p.tar",
            "evaluate --maps data --ground-truth data --scores p.csv", "models register p.nominal --name wood",
            "verify --attestation p.json --public-key p.pem", "lineage p.json", "compare p.json p.json",
            "models card p.nominal",
        ]
        for command in commands {
            let outcome = try fixture.tool("sh", "-c", "exec timeout 20 \(CommandLineFixture.program.path) \(command)")
            #expect([65, 66, 74].contains(outcome.status) && !outcome.errors.isEmpty, "\(command): \(outcome)")
        }
        let outcome = try fixture.nominal("validate", "p.json")
        #expect(outcome.status == 74 && outcome.errors.contains("it is not a regular file"), "\(outcome)")
    }

    @Test("A named pipe among images and masks is an error or skipped, and blocks nothing")
    func amongImages() throws {
        for place in ["data/wood/train/good/p.png", "data/wood/ground_truth/stain/000_mask.png"] {
            _ = try fixture.tool("sh", "-c", "rm -f \(place); mkfifo \(place)")
            let outcome = try fixture.tool(
                "sh", "-c", "exec timeout 60 \(CommandLineFixture.program.path) run tiny.json --quiet")
            #expect(outcome.status == 66 || outcome.status == 65 || outcome.status == 0, "\(outcome)")
            try fixture.remove(place)
        }
    }
}
