import ArgumentParser
import Console
import Foundation
import Host
import NeuralNetworks
import Tensors

struct EngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Measure images per second of training or scoring.",
        discussion: """
            Images are already in memory. Without options, every combination is measured in turn, each in its own \
            process, and printed as a table.

            Examples:
              nominal-bench engine
              nominal-bench engine --mode train --base 16 --size 256
              nominal-bench engine --mode score --precision bfloat16 --json
            """)

    @Option(help: "train or score.")
    var mode = EngineBenchmark.Mode.train

    @Option(help: "The network: sdc or sdc-ccm.")
    var net = NetworkArchitecture.sdc

    @Option(help: "Base width of the network.")
    var base = 16

    @Option(help: "Side of the images in pixels, a multiple of 8.")
    var size = 256

    @Option(help: "Images per step.")
    var batch = 8

    @Option(help: "float32 or bfloat16.")
    var precision = Precision.float32

    @Option(help: "onednn or openblas.")
    var engine = NetworkEngine.Kind.onednn

    @Option(help: "Steps to measure, after three for warm-up.")
    var steps = 10

    @Option(help: "Threads. Default: the number of processors.")
    var threads: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    /// True if the command was called without options.
    private var isTable: Bool { CommandLine.arguments.count == 2 }

    func validate() throws {
        guard (1...1024).contains(base), size > 0, size % 8 == 0, size <= 4096, (1...1024).contains(batch), steps > 0
        else { throw ValidationError("expected --base 1...1024, --size a multiple of 8 up to 4096, --batch 1...1024") }
    }

    func run() throws {
        if isTable { return try EngineTable.measure() }
        let result = try EngineBenchmark(
            mode: mode, architecture: net, baseWidth: base, size: size, batch: batch, precision: precision,
            engine: engine, steps: steps, threads: threads ?? ProcessResources.current.processors
        ).run()
        if json {
            print(try result.jsonText())
        } else {
            print(
                "\(result.imagesPerSecond) images/s, \(result.secondsPerStep) s per step, peak \(result.peakMiB) MiB"
            )
            print("\(result.networkGFLOPS) GFLOP/s of \(result.sgemmGFLOPS) by sgemm: share \(result.share)")
        }
    }
}

extension EngineBenchmark.Mode: ExpressibleByArgument {}
extension NetworkArchitecture: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension NetworkEngine.Kind: ExpressibleByArgument {}

/// A Markdown table of every engine, precision, mode, width and size. Each row is measured in its own process, so that
/// peak memory belongs to that row.
enum EngineTable {
    static func measure() throws {
        print("| mode | base | size | engine | precision | images/s | share of sgemm | peak MiB |")
        print("|---|---|---|---|---|---|---|---|")
        var detailed: EngineBenchmark.Result?
        for mode in ["train", "score"] {
            for (base, size) in [(16, 256), (16, 512), (32, 256), (32, 512)] {
                for (engine, precision) in [("onednn", "float32"), ("onednn", "bfloat16"), ("openblas", "float32")] {
                    // Few steps if one takes seconds.
                    let steps = base * base * size * size > 20_000_000 ? 3 : 7
                    guard let result = try row(mode, base, size, engine, precision, steps) else {
                        print("| \(mode) | \(base) | \(size) | \(engine) | \(precision) | - | - | - |")
                        continue
                    }
                    if detailed == nil { detailed = result }
                    print(
                        "| \(mode) | \(base) | \(size) | \(engine) | \(precision) | \(result.imagesPerSecond) | "
                            + "\(result.share) | \(result.peakMiB) |")
                }
            }
        }
        guard let detailed else { return }
        print("\nMilliseconds per image by convolution (train, base 16, 256 pixels, onednn, float32):\n")
        print("| convolution | forward | data gradient | weight gradient | kernels |")
        print("|---|---|---|---|---|")
        for layer in detailed.layers {
            print(
                "| \(layer.name) | \(layer.forward) | \(layer.dataGradient) | \(layer.weightGradient) | "
                    + "\(Set(layer.kernels).sorted().joined(separator: ", ")) |")
        }
    }

    /// Returns nil if this processor does not support the combination.
    private static func row(
        _ mode: String, _ base: Int, _ size: Int, _ engine: String, _ precision: String, _ steps: Int
    ) throws -> EngineBenchmark.Result? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "engine", "--mode", mode, "--base", "\(base)", "--size", "\(size)", "--engine", engine,
            "--precision", precision, "--steps", "\(steps)", "--json",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return try JSONDecoder().decode(EngineBenchmark.Result.self, from: bytes)
    }
}
