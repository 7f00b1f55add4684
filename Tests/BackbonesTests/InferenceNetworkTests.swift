import NeuralNetworks
import SeededRandom
import Testing

@testable import Backbones
@testable import fuzz

@Suite("Inference networks")
struct InferenceNetworkTests {
    private static func images(_ count: Int, _ height: Int, _ width: Int) -> [[Float]] {
        (0..<count).map { sample in
            var generator = SeededGenerator(seed: 1, stream: "images", UInt64(sample))
            return (0..<3 * height * width).map { _ in generator.uniform() }
        }
    }

    @Test("Results do not depend on the number of threads or the batch", arguments: NetworkEngine.Kind.allCases)
    func threadsDoNotMatter(_ engine: NetworkEngine.Kind) throws {
        let graph = try BackboneFile(BackboneSeeds.torch, name: "seed").graph
        let images = Self.images(7, 45, 70)
        let results = try (1...3).map {
            try InferenceNetwork(graph, engine: engine, threads: $0).run(images, height: 45, width: 70)
        }
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
        let alone = try InferenceNetwork(graph, engine: engine, threads: 2).run([images[4]], height: 45, width: 70)
        #expect(alone[0] == results[0][4])
    }

    @Test("Image sizes may change between runs, and only the requested taps are computed")
    func sizes() throws {
        let graph = try BackboneFile(BackboneSeeds.torch, name: "seed").graph
        let network = try InferenceNetwork(graph, taps: ["stage2", "stage4"], threads: 1)
        for (height, width) in [(32, 32), (64, 48), (33, 31), (32, 32), (200, 16), (47, 47), (64, 48)] {
            let maps = try network.run(Self.images(1, height, width), height: height, width: width)[0]
            let shapes = try network.graph.shapes(height: height, width: width)
            #expect(maps.map(\.shape) == network.taps.compactMap { shapes[$0.value] })
            #expect(maps[0].shape == FeatureShape(channels: 1, height: (height + 7) / 8, width: (width + 7) / 8))
            let again = try InferenceNetwork(graph, taps: ["stage2", "stage4"], threads: 1)
                .run(Self.images(1, height, width), height: height, width: width)[0]
            #expect(maps == again)
        }
        #expect(!network.kernelNames.contains { $0.node.hasPrefix("_conv_head") })
    }

    @Test("Encoding and decoding preserves the graph")
    func coding() throws {
        for file in [BackboneSeeds.torch] + BackboneSeeds.onnx {
            let graph = try BackboneFile(file, name: "seed").graph
            let backbone = Backbone(
                provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"), graph: graph)
            #expect(try Backbone(bytes: backbone.bytes, name: "again") == backbone)
        }
    }

    @Test("Unsupported image sizes and unknown taps are rejected")
    func refusals() throws {
        let graph = try BackboneFile(BackboneSeeds.classifier.bytes, name: "seed").graph
        #expect(throws: InferenceError.unknownTap("x", known: graph.taps.map(\.name))) {
            try InferenceNetwork(graph, taps: ["x"], threads: 1)
        }
        let network = try InferenceNetwork(graph, threads: 1)
        #expect(throws: InferenceError.wrongImage(values: 5, expected: 192)) {
            try network.run([[0, 0, 0, 0, 0]], height: 8, width: 8)
        }
        for (height, width) in [(0, 8), (-1, 8), (1 << 20, 1 << 20), (Int.max, 2)] {
            #expect(throws: InferenceError.self) { try network.run([], height: height, width: width) }
        }
        var small = InferenceGraph(scaling: .unit)
        let value = small.append("pool", .maxPool(InferenceWindow(square: 3)), 0)
        small.taps = [.init("a", value)]
        #expect(throws: InferenceError.imageTooSmall(height: 2, width: 9, node: "pool")) {
            try InferenceNetwork(small, threads: 1).run([], height: 2, width: 9)
        }
    }

    @Test("Simplification preserves tapped values")
    func simplified() throws {
        // Taps before and after the activation, and of an addend, must not be fused into a convolution.
        var graph = InferenceGraph(scaling: .unit)
        func convolution(_ name: String, _ input: Int, _ inputs: Int) -> Int {
            var generator = SeededGenerator(seed: 3, stream: name)
            return graph.append(
                name,
                .convolution(
                    InferenceConvolution(
                        inputChannels: inputs, outputChannels: 8,
                        window: InferenceWindow(square: 3, padding: .same),
                        weights: (0..<8 * inputs * 9).map { _ in generator.uniform() - 0.5 })), input)
        }
        let first = convolution("first", 0, 3)
        let clipped = graph.append("relu", .clip(.relu6), first)
        let second = convolution("second", clipped, 8)
        let sum = graph.append("sum", .add, second, clipped)
        let end = graph.append("end", .clip(.relu6), sum)
        let unused = convolution("unused", end, 8)
        let all = [first, clipped, second, sum, end]
        for tapped in [[end], [first, end], [second, end], [sum], all] {
            graph.taps = tapped.map { .init("v\($0)", $0) }
            let simple = graph.simplified()
            #expect(simple.nodes.count <= graph.nodes.count - 1, "\(unused) is not needed")
            for engine in NetworkEngine.Kind.allCases {
                let images = Self.images(1, 9, 14)
                let plain = try InferenceNetwork(graph, engine: engine, threads: 1).run(images, height: 9, width: 14)[0]
                let fast = try InferenceNetwork(simple, engine: engine, threads: 1).run(images, height: 9, width: 14)[0]
                for (first, second) in zip(plain, fast) {
                    #expect(zip(first.values, second.values).allSatisfy { abs($0 - $1) < 1e-5 })
                }
            }
        }
        graph.taps = [.init("end", end)]
        #expect(graph.simplified().nodes.count == 2)
    }
}
