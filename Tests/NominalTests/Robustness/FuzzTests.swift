import Testing

/// The fuzzing program, on a deliberately faulty parser.
@Suite struct FuzzTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    @Test(
        "Inputs that crash the program, hang it or take much memory are found and kept, and the campaign continues"
    )
    func found() throws {
        let outcome = try fixture.fuzz(
            "faulty", "--runs", "5", "--seconds-per-input", "1", "--memory", "100", "--folder", "inputs")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("| faulty | 3 | "), "\(outcome.output)")
        #expect(outcome.output.contains(" | 3 faults"), "\(outcome.output)")
        for (number, content, words) in [
            (1, "trap", "ended by signal "), (2, "loop", "took longer than 1.0 s"),
            (3, "take", "took more than 100 MiB"),
        ] {
            let file = "inputs/faults/faulty-seed1-\(number)"
            #expect(try fixture.text(file) == content)
            #expect(outcome.output.contains("faulty \(words)"), "\(outcome.output)")
            #expect(outcome.output.contains(": fuzz replay faulty \(file)\n"), "\(outcome.output)")
        }
    }

    @Test("Correct parsers pass, and the same seed gives the same inputs")
    func well() throws {
        func valid(seed: Int) throws -> [Substring] {
            let outcome = try fixture.fuzz(
                "json", "checkpoint", "--runs", "500", "--seed", "\(seed)", "--folder", "inputs")
            #expect(outcome.status == 0, "\(outcome.output)")
            // Times differ; how many inputs were valid does not.
            return outcome.output.split(separator: "\n").compactMap { $0.split(separator: "|").last }
        }
        let first = try valid(seed: 1)
        #expect(try valid(seed: 1) == first)
        #expect(try valid(seed: 2) != first)
    }

    @Test("An unknown parser is reported with the known ones")
    func unknown() throws {
        let outcome = try fixture.fuzz("gif")
        #expect(
            outcome.status != 0 && outcome.errors.contains("there is no parser \"gif\"; choose one of png, tiff, jpeg"))
    }
}
