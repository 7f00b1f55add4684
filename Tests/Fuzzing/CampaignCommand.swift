import ArgumentParser
import Foundation

/// Tries parsers one after the other and prints a table.
struct CampaignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Tries each parser, or those that are named, and prints a table.",
        discussion: """
            An input that gives an error is as it should be. A fault is one that ends the program, takes more seconds or memory
            than allowed, is written otherwise than it was read, or makes a sanitizer complain. Inputs by chance are a function
            of --seed and their number, so a fault comes again; it is kept as a file, too, for fuzz replay.

            Exit codes: 0 no fault; 1 some.
            """)

    @Argument(help: "Parsers; without any, all of them.") var parsers: [String] = []
    @Option(help: "Inputs for each parser.") var runs = 20_000
    @Option(help: "Seconds for each parser, at most.") var seconds: Double?
    @Option(help: "Seconds for each input, at most.") var secondsPerInput = 10.0
    @Option(name: .customLong("memory"), help: "MiB that reading may take.") var memoryMiB = 1024
    @Option(help: "For other inputs.") var seed: UInt64 = 1
    @Option(help: "Where inputs are kept that are a fault, or reach something new.") var folder = ".build-fuzz/inputs"
    @Flag(help: "Let libFuzzer make the inputs, by what earlier ones reached.") var guided = false

    func run() throws {
        let chosen = parsers.isEmpty ? FuzzedParser.all : try parsers.map { try FuzzedParser.named($0) }
        let findings = folder + "/faults"
        print("| parser | executions | per second | found |\n|---|--:|--:|---|")
        var tallies: [Tally] = []
        for parser in chosen {
            let tally =
                guided
                ? try GuidedCampaign(
                    runs: runs, seconds: seconds, secondsPerInput: secondsPerInput, memoryMiB: memoryMiB, seed: seed,
                    folder: folder, findings: findings
                ).run(parser)
                : try ChanceCampaign(
                    runs: runs, seconds: seconds, secondsPerInput: secondsPerInput, memoryMiB: memoryMiB, seed: seed,
                    findings: findings
                ).run(parser)
            show(tally)
            tallies.append(tally)
        }
        let total = tallies.reduce(into: Tally(parser: "all")) {
            $0.executions += $1.executions
            $0.seconds += $1.seconds
        }
        show(total, found: tallies.reduce(0) { $0 + $1.findings.count })
        for finding in tallies.flatMap(\.findings) {
            print("\(finding.parser) \(finding.fault): fuzz replay \(finding.parser) \(finding.file)")
        }
        if tallies.contains(where: { !$0.findings.isEmpty }) { throw ExitCode(1) }
    }

    private func show(_ tally: Tally, found: Int? = nil) {
        let found = found ?? tally.findings.count
        let rate = tally.seconds > 0 ? Int(Double(tally.executions) / tally.seconds) : 0
        let accepted = tally.accepted.map { ", \($0) taken for valid" } ?? ""
        print(
            "| \(tally.parser) | \(tally.executions) | \(rate) | \(found == 0 ? "nothing" : "\(found) faults")\(accepted) |"
        )
        fflush(nil)
    }
}
