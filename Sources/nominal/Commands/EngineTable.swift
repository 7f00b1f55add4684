import ArgumentParser
import Foundation
import NeuralNetworks

/// Every engine, precision, mode, width and size in turn, as a Markdown table. Each row is measured in a process of its own,
/// so that its peak memory is its own.
enum EngineTable {
    static func measure() throws {
        print("| mode | base | size | engine | precision | images/s | share of sgemm | peak MiB |")
        print("|---|---|---|---|---|---|---|---|")
        var detailed: EngineBenchmark.Result?
        for mode in ["train", "score"] {
            for (base, size) in [(16, 256), (16, 512), (32, 256), (32, 512)] {
                for (engine, precision) in [("onednn", "float32"), ("onednn", "bfloat16"), ("openblas", "float32")] {
                    // Few steps where one takes seconds.
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

    /// Nil where this processor cannot do it.
    private static func row(
        _ mode: String, _ base: Int, _ size: Int, _ engine: String, _ precision: String, _ steps: Int
    ) throws -> EngineBenchmark.Result? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "bench", "engine", "--mode", mode, "--base", "\(base)", "--size", "\(size)", "--engine", engine,
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
