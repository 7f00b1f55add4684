import Foundation
import NeuralNetworks
import PythonTestSupport
import Testing

@testable import Backbones

/// The weights from `make backbone`, or from the folder in NOMINAL_BACKBONES.
private enum Weights {
    static let folder = URL(
        filePath: ProcessInfo.processInfo.environment["NOMINAL_BACKBONES"]
            ?? URL(filePath: #filePath).appending(path: "../../../data/backbones").standardizedFileURL.path)

    static let files: [(name: String, file: URL)] = {
        let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return KnownBackbone.all.compactMap { known in
            present.first { $0.hasPrefix("\(known.name)-") && $0.hasSuffix(".pth") }
                .map { (known.name, folder.appending(path: $0)) }
        }
    }()

    static func graph(_ name: String) throws -> InferenceGraph? {
        guard let file = files.first(where: { $0.name == name })?.file else { return nil }
        return try BackboneFile([UInt8](Data(contentsOf: file)), name: name).graph
    }
}

@Suite(
    "Published weights of EfficientNet-Lite",
    .enabled(
        if: !Weights.files.isEmpty && ProjectPython.isInstalled,
        "optional: the weights are not there; `make backbone` fetches those of EfficientNet-Lite2"))
struct EfficientNetLiteTests {
    /// Network, size, sample image, and the most probable classes, computed from the same files with numpy.
    static let known: [(network: String, size: Int, image: String, classes: [(Int, Double)])] = [
        ("efficientnet-lite2", 260, "chelsea", [(285, 0.578)]), ("efficientnet-lite2", 260, "coffee", [(967, 0.884)]),
        ("efficientnet-lite1", 240, "chelsea", [(285, 0.406)]), ("efficientnet-lite1", 240, "coffee", [(967, 0.516)]),
        ("efficientnet-lite0", 224, "chelsea", [(282, 0.393), (285, 0.321), (281, 0.173)]),
        ("efficientnet-lite0", 224, "coffee", [(967, 0.950)]),
    ]

    @Test("Sample images are classified as published", arguments: NetworkEngine.Kind.allCases)
    func classify(_ engine: NetworkEngine.Kind) throws {
        for (name, size, image, classes) in Self.known {
            guard let graph = try Weights.graph(name) else { continue }
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "sample_images.py")
            let data = try ProjectPython.output(of: [script.path, "\(size)", image])
            let pixels = [UInt8](data).floats(at: 0, count: data.count / 4)
            let network = try InferenceNetwork(graph, taps: ["logits"], engine: engine, threads: 1)
            let logits = try network.run([pixels], height: size, width: size)[0][0].values.map(Double.init)
            let highest = try #require(logits.max())
            let exponentials = logits.map { exp($0 - highest) }
            let total = exponentials.reduce(0, +)
            #expect(logits.firstIndex(of: highest) == classes[0].0, "\(name) on \(image)")
            for (number, probability) in classes {
                #expect(
                    abs(exponentials[number] / total - probability) < 0.0015, "\(name) on \(image): class \(number)")
            }
        }
    }

    /// Reference code is hundreds of times slower than any other.
    @Test("No layer is computed by oneDNN's reference code", arguments: [(260, 260), (256, 320), (45, 70)])
    func noReferenceCode(_ height: Int, _ width: Int) throws {
        for (name, _) in Weights.files {
            let network = try InferenceNetwork(try #require(try Weights.graph(name)), threads: 1)
            let image = [Float](repeating: 0.5, count: 3 * height * width)
            _ = try network.run([image], height: height, width: width)
            #expect(network.kernelNames.count > 50)
            for (node, kernel) in network.kernelNames {
                #expect(!kernel.hasPrefix("ref"), "\(name), \(node): \(kernel)")
            }
        }
    }

    @Test("Both engines agree at sizes that are not multiples of 32")
    func enginesAgree() throws {
        for (name, _) in Weights.files {
            let graph = try #require(try Weights.graph(name))
            let (height, width) = (131, 170)
            let image = (0..<3 * height * width).map { Float($0 * 7919 % 1000) / 1000 }
            let maps = try NetworkEngine.Kind.allCases.map {
                try InferenceNetwork(graph, engine: $0, threads: 1).run([image], height: height, width: width)[0]
            }
            for (first, second) in zip(maps[0], maps[1]) {
                #expect(first.shape == second.shape)
                let largest = second.values.map(abs).max() ?? 0
                let difference = zip(first.values, second.values).map { abs($0 - $1) }.max() ?? .infinity
                #expect(difference < 1e-4 * max(1, largest))
            }
        }
    }

    @Test(
        "Stages have the published shapes",
        .enabled(
            if: Weights.files.contains { $0.name == "efficientnet-lite2" },
            "optional: the weights of EfficientNet-Lite2 are not there"))
    func stages() throws {
        let graph = try #require(try Weights.graph("efficientnet-lite2"))
        let shapes = try graph.shapes(height: 256, width: 256)
        let stages = [(1, 24, 64), (2, 48, 32), (3, 88, 16), (4, 120, 16), (5, 208, 8)]
        for (stage, channels, side) in stages {
            let tap = try #require(graph.taps.first { $0.name == "stage\(stage)" })
            #expect(shapes[tap.value] == FeatureShape(channels: channels, height: side, width: side))
        }
    }
}
