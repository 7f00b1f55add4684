import ArgumentParser
import Console
import Foundation
import Host
import Metrics

struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Measure the time of each metric on one core.",
        discussion: """
            The maps are generated. All pixel metrics share one ranking of the pixels, and four share one pass over \
            it: each alone takes hardly less time than all together.

            Examples:
              nominal-bench metrics
              nominal-bench metrics --maps 1000 --size 1024 --memory 512 --rounds 1
            """)

    @Option(help: "Maps, half of them with a defect.")
    var maps = 100

    @Option(help: "Side of the maps in pixels.")
    var size = 256

    @Option(help: "Rounds; the median is printed.")
    var rounds = 5

    @OptionGroup var memory: MetricsMemoryOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (2...100_000).contains(maps), (8...16_384).contains(size), (1...1000).contains(rounds) else {
            throw ValidationError("expected --maps 2...100000, --size 8...16384, --rounds 1...1000")
        }
    }

    func run() throws {
        var result = try MetricsBenchmark(
            maps: maps, size: size, rounds: rounds, memoryLimitBytes: memory.limitBytes
        ).run()
        result.peakMiB = ProcessResources.peakMiB
        if json {
            return print(try result.jsonText())
        }
        print("| \(maps) maps of \(size) x \(size), one core | seconds |\n|---|---|")
        for row in result.rows { print("| \(row.name) | \(String(format: "%.6f", row.seconds)) |") }
        let peak = result.peakMiB.map { "peak memory \($0) MiB, " } ?? ""
        print("\n\(peak)temporary file \(result.temporaryMiB) MiB")
    }
}
