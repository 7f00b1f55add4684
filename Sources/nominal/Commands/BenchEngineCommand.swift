import ArgumentParser
import Foundation
import Host
import NeuralNetworks
import Tensors

struct BenchEngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Images per second of one engine in training or scoring, on images already in memory.",
        discussion: """
            Without options it measures a table of all of them, each row in a process of its own.

            Examples:
              nominal bench engine
              nominal bench engine --mode train --base 16 --size 256
              nominal bench engine --mode score --precision bfloat16 --json
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

    @Option(help: "Steps to measure, after three that are not.")
    var steps = 10

    @Option(help: "Threads. Default: the number of processors.")
    var threads: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    /// True if nothing was asked for in particular.
    private var isTable: Bool { CommandLine.arguments.count == 3 }

    func validate() throws {
        guard (1...1024).contains(base), size > 0, size % 8 == 0, size <= 4096, (1...1024).contains(batch), steps > 0
        else { throw ValidationError("expected --base 1...1024, --size a multiple of 8 up to 4096, --batch 1...1024") }
    }

    func run() throws {
        try failing {
            if isTable { return try EngineTable.measure() }
            let result = try EngineBenchmark(
                mode: mode, architecture: net, baseWidth: base, size: size, batch: batch, precision: precision,
                engine: engine, steps: steps, threads: threads ?? ProcessResources.current.processors
            ).run()
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                print(String(decoding: try encoder.encode(result), as: UTF8.self))
            } else {
                print(
                    "\(result.imagesPerSecond) images/s, \(result.secondsPerStep) s per step, peak \(result.peakMiB) MiB"
                )
                print("\(result.networkGFLOPS) GFLOP/s of \(result.sgemmGFLOPS) by sgemm: share \(result.share)")
            }
        }
    }
}

extension EngineBenchmark.Mode: ExpressibleByArgument {}
extension NetworkArchitecture: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension NetworkEngine.Kind: ExpressibleByArgument {}
