import ArgumentParser
import Backbones
import Console
import ContentStore
import NeuralNetworks

struct BackboneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backbone",
        abstract: "Measure images per second of a backbone.",
        discussion: """
            Images are already in memory. Each image is computed by one thread, so threads help with batches of \
            several images.

            Examples:
              nominal-bench backbone efficientnet-lite2
              nominal-bench backbone efficientnet-lite2 --taps stage2,stage4 --size 320 --threads 2 --layers
            """)

    @Argument(help: "The name of a backbone in the store.")
    var name: String

    @Option(help: "Side of the images in pixels.")
    var size = 260

    @Option(help: "Taps to compute, as comma-separated names. Default: all.")
    var taps: String?

    @Option(help: "Images per round.")
    var batch = 8

    @Option(help: "Rounds to measure, after one for warm-up.")
    var rounds = 10

    @Option(help: "onednn or openblas.")
    var engine = NetworkEngine.Kind.onednn

    @Option(help: "Threads. Default: 1.")
    var threads = 1

    @Flag(help: "Also print the time of each layer.")
    var layers = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard (1...8192).contains(size), (1...1024).contains(batch), (1...10000).contains(rounds),
            (1...1024).contains(threads)
        else {
            throw ValidationError("expected --size 1...8192, --batch 1...1024, --rounds 1...10000, --threads 1...1024")
        }
    }

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let backbone = try Backbone(bytes: try store.read(store.backbone(name).digest), name: name)
        let result = try InferenceBenchmark(
            size: size, batch: batch, rounds: rounds, threads: threads, engine: engine,
            taps: taps?.split(separator: ",").map(String.init)
        ).run(backbone.graph)
        if json {
            return print(try result.jsonText())
        }
        print(
            "\(result.imagesPerSecond) images/s, \(result.cpuSecondsPerImage) CPU-seconds per image, peak "
                + "\(result.peakMiB) MiB")
        guard layers else { return }
        for node in result.nodes {
            print("\(node.milliseconds) ms  \(node.name)  \(node.kernels.joined(separator: " "))")
        }
    }
}
