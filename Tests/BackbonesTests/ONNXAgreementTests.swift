import Foundation
import NeuralNetworks
import PythonTestSupport
import Testing

@testable import Backbones

/// Small random networks and their outputs by onnxruntime.
private struct ONNXCases {
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var height, width: Int
        var output: FeatureShape
        var folder: URL

        var description: String { name }

        func values(_ ending: String) throws -> [Float] {
            let data = try Data(contentsOf: folder.appending(path: "\(name).\(ending)"))
            return [UInt8](data).floats(at: 0, count: data.count / 4)
        }

        func file() throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: "\(name).onnx"))) }
    }

    let cases: [Case]
    let folder: URL

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "onnx-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "onnx_cases.py")
        _ = try ProjectPython.output(of: [script.path, folder.path])
        let listing = try String(contentsOf: folder.appending(path: "cases.txt"), encoding: .utf8)
        cases = listing.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let numbers = words.dropFirst().compactMap { Int($0) }
            return Case(
                name: String(words[0]), height: numbers[0], width: numbers[1],
                output: FeatureShape(channels: numbers[3], height: numbers[4], width: numbers[5]), folder: folder)
        }
    }
}

@Suite("ONNX networks", .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
struct ONNXAgreementTests {
    @Test("Both engines agree with onnxruntime")
    func agree() throws {
        let made = try ONNXCases()
        defer { try? FileManager.default.removeItem(at: made.folder) }
        #expect(made.cases.count > 150)
        for example in made.cases {
            let bytes = try example.file()
            let (image, expected) = (try example.values("in"), try example.values("out"))
            let channels = image.count / example.height / example.width
            let scaling = InferenceGraph.InputScaling(
                mean: Array(repeating: 0, count: channels), deviation: Array(repeating: 1, count: channels))
            let graph = try BackboneFile(bytes, name: example.name, options: .init(scaling: scaling)).graph
            let tap = try #require(graph.taps.last?.name)
            for engine in NetworkEngine.Kind.allCases {
                let network = try InferenceNetwork(graph, taps: [tap], engine: engine, threads: 1)
                let map = try network.run([image], height: example.height, width: example.width)[0][0]
                #expect(map.shape == example.output, "\(example.name) by \(engine)")
                let difference = zip(map.values, expected).map { abs($0 - $1) }.max() ?? .infinity
                #expect(difference < 1e-4, "\(example.name) by \(engine): \(network.kernelNames)")
            }
        }
    }
}
