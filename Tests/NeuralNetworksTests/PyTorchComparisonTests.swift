import Foundation
import Testing

@testable import NeuralNetworks

@Suite(
    "The whole network and PyTorch",
    .enabled(if: PyTorch.isInstalled, "optional: PyTorch is not installed; run `make setup-torch`"))
struct PyTorchComparisonTests {
    @Test(
        "give the same reconstructions, objective and gradients",
        arguments: [(NetworkArchitecture.sdc, 8, 40, 32), (.sdcCCM, 5, 32, 48)])
    func agreement(_ architecture: NetworkArchitecture, _ base: Int, _ height: Int, _ width: Int) throws {
        let network = architecture.description(baseWidth: base)
        let parameters = network.initialParameters(seed: 11)
        let batch = randomBatch(count: 3, height: height, width: width, seed: 12)
        let lambda: Float = 0.7

        var question = Data()
        let isCombined: Int32 = architecture == .sdcCCM ? 1 : 0
        question.append(numbers: [isCombined] + [base, batch.count, height, width, parameters.count].map(Int32.init))
        question.append(numbers: [lambda] + parameters + batch.inputs.values + batch.targets.values)
        question.append(numbers: batch.masks.values.map(Float.init))
        let answer = try PyTorch.answer(to: question)
        let outputBytes = 4 * batch.inputs.count
        #expect(answer.count == outputBytes + 8 + 4 * parameters.count)
        let outputs = answer.numbers(Float.self, in: 0..<outputBytes)
        let loss = try #require(answer.numbers(Double.self, in: outputBytes..<outputBytes + 8).first)
        let gradient = answer.numbers(Float.self, in: outputBytes + 8..<answer.count)

        for kind in NetworkEngine.Kind.allCases {
            let engine = try NetworkEngine(
                kind, network: network, height: height, width: width, purpose: .training, threads: 2)
            try engine.load(parameters)
            let images = (0..<batch.count).map {
                batch.inputs.values($0 * batch.sampleCount..<($0 + 1) * batch.sampleCount)
            }
            let reconstructions = engine.reconstruct(images).flatMap { $0 }
            #expect(largestDifference(reconstructions, outputs) < 1e-4, "\(kind)")
            #expect(abs(engine.computeGradient(batch, lambda: lambda).total - loss) < 1e-5 * loss, "\(kind)")
            let difference = zip(engine.gradientValues, gradient).map { $0 - $1 }
            #expect(norm(difference) < 1e-3 * norm(gradient), "\(kind)")
            // And layer by layer, so that no large layer hides a small one.
            for convolution in network.convolutions {
                let range = convolution.parameterOffset..<convolution.biasOffset + convolution.outputChannels
                let (own, theirs) = (Array(difference[range]), Array(gradient[range]))
                #expect(norm(own) < 5e-3 * norm(theirs) + 1e-7, "\(kind): \(convolution.name)")
            }
        }
    }
}
