import Foundation
import PythonTestSupport
import Testing

@testable import NeuralNetworks

@Suite(
    "Agreement with PyTorch",
    .enabled(if: PyTorch.isInstalled, "optional: PyTorch is not installed; run `make setup-torch`"))
struct PyTorchComparisonTests {
    /// The number of a network in the script, the network, and the size of images.
    struct Case: Sendable {
        var number: Int32
        var base: Int
        var network: NetworkDescription
        var height, width: Int

        static let all = [
            Case(number: 0, base: 8, network: NetworkArchitecture.sdc.description(baseWidth: 8), height: 40, width: 32),
            Case(
                number: 1, base: 5, network: NetworkArchitecture.sdcCCM.description(baseWidth: 5), height: 32,
                width: 48),
            Case(number: 2, base: 5, network: .segmentation(baseWidth: 5), height: 40, width: 48),
        ]
    }

    @Test("Outputs, objective and gradients of whole networks agree", arguments: Case.all)
    func agreement(_ example: Case) throws {
        let (network, height, width) = (example.network, example.height, example.width)
        let parameters = network.initialParameters(seed: 11)
        let batch =
            example.number == 2
            ? SegmentationNetworkTests.batch(count: 3, height: height, width: width, seed: 12)
            : randomBatch(count: 3, height: height, width: width, seed: 12)
        let lambda: Float = 0.7

        var question = Data()
        let sizes = [example.base, batch.count, height, width, parameters.count]
        question.append(numbers: [example.number] + sizes.map(Int32.init))
        question.append(numbers: [lambda] + parameters + batch.inputs.values + batch.targets.values)
        question.append(numbers: batch.masks.values.map(Float.init))
        let answer = try PyTorch.answer(to: question)
        let outputBytes = 4 * batch.count * network.outputChannels * height * width
        #expect(answer.count == outputBytes + 8 + 4 * parameters.count)
        let outputs = answer.numbers(Float.self, in: 0..<outputBytes)
        let loss = try #require(answer.numbers(Double.self, in: outputBytes..<outputBytes + 8).first)
        let gradient = answer.numbers(Float.self, in: outputBytes + 8..<answer.count)

        for kind in NetworkEngine.Kind.allCases {
            let engine = try NetworkEngine(
                kind, network: network, height: height, width: width, purpose: .training, threads: 2)
            try engine.load(parameters)
            let reconstructions = engine.reconstruct((0..<batch.count).map(batch.input)).flatMap { $0 }
            #expect(largestDifference(reconstructions, outputs) < 1e-4, "\(kind)")
            #expect(abs(engine.computeGradient(batch, lambda: lambda).total - loss) < 1e-5 * loss, "\(kind)")
            let difference = zip(engine.gradientValues, gradient).map { $0 - $1 }
            #expect(norm(difference) < 1e-3 * norm(gradient), "\(kind)")
            // Also layer by layer, so that a large layer cannot hide a small one.
            for convolution in network.convolutions {
                let range = convolution.parameterOffset..<convolution.biasOffset + convolution.outputChannels
                let (own, theirs) = (Array(difference[range]), Array(gradient[range]))
                #expect(norm(own) < 5e-3 * norm(theirs) + 1e-7, "\(kind): \(convolution.name)")
            }
        }
    }
}

/// Runs the same networks in PyTorch, if `make setup-torch` has installed it.
enum PyTorch {
    static let isInstalled = ProjectPython.has("torch")

    /// Runs whole_network.py on an encoded case and returns its output.
    static func answer(to bytes: Data) throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appending(path: "whole-network-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (question, answer) = (folder.appending(path: "case"), folder.appending(path: "answer"))
        try bytes.write(to: question)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "whole_network.py")
        _ = try ProjectPython.output(of: [script.path, question.path, answer.path])
        return try Data(contentsOf: answer)
    }
}

extension Data {
    mutating func append<Number: BitwiseCopyable>(numbers: [Number]) {
        numbers.withUnsafeBytes { append(contentsOf: $0) }
    }

    func numbers<Number: BitwiseCopyable>(_: Number.Type, in range: Range<Int>) -> [Number] {
        self[range].withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Number>.stride).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Number.self)
            }
        }
    }
}
