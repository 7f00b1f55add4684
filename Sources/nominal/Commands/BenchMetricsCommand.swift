import ArgumentParser
import Foundation
import Metrics

struct BenchMetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "The time of each metric on one core, on maps made by a formula.",
        discussion: """
            The pixel metrics share one ranking of all pixels, and four of them one walk over it, so that each alone takes
            hardly less time than all together.

            Examples:
              nominal bench metrics
              nominal bench metrics --maps 1000 --size 1024 --memory 512 --rounds 1
            """)

    @Option(help: "Maps, half of them with a defect.")
    var maps = 100

    @Option(help: "Side of the maps in pixels.")
    var size = 256

    @Option(help: "Rounds to take the median of.")
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
        try failing {
            var result = try MetricsBenchmark(
                maps: maps, size: size, rounds: rounds, memoryLimitBytes: memory.limitBytes
            ).run()
            result.peakMiB = PeakMemory.mebibytes
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return print(String(decoding: try encoder.encode(result), as: UTF8.self))
            }
            print("| \(maps) maps of \(size) x \(size), one core | seconds |\n|---|---|")
            for row in result.rows { print("| \(row.name) | \(String(format: "%.6f", row.seconds)) |") }
            let peak = result.peakMiB.map { "peak memory \($0) MiB, " } ?? ""
            print("\n\(peak)temporary file \(result.temporaryMiB) MiB")
        }
    }
}
