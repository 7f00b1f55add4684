import Tensors
import Testing

@Suite("Adam kernel")
struct AdamKernelTests {
    /// Adam on one parameter in double precision (Kingma and Ba, algorithm 1).
    struct ScalarAdam {
        var parameter, average: Double
        var (firstMoment, secondMoment) = (0.0, 0.0)
        var (beta1Power, beta2Power) = (1.0, 1.0)

        init(_ parameter: Float) { (self.parameter, average) = (Double(parameter), Double(parameter)) }

        /// The kernel's decay rates: the nearest floats to 0.9 and 0.999.
        static let (beta1, beta2) = (Double(Float(0.9)), Double(Float(0.999)))

        mutating func step(_ gradient: Float, learningRate: Double, averageDecay: Double) {
            let gradient = Double(gradient)
            firstMoment = Self.beta1 * firstMoment + (1 - Self.beta1) * gradient
            secondMoment = Self.beta2 * secondMoment + (1 - Self.beta2) * gradient * gradient
            beta1Power *= Self.beta1
            beta2Power *= Self.beta2
            let correctedFirst = firstMoment / (1 - beta1Power), correctedSecond = secondMoment / (1 - beta2Power)
            parameter -= learningRate * correctedFirst / (correctedSecond.squareRoot() + 1e-8)
            average = averageDecay * average + (1 - averageDecay) * parameter
        }
    }

    @Test("Steps agree with a scalar implementation of the paper", arguments: [1, 7, 64, 131])
    func steps(_ count: Int) {
        var parameters = randomValues(count, seed: 1)
        var references = parameters.map { ScalarAdam($0) }
        var average = parameters
        var firstMoment = [Float](repeating: 0, count: count), secondMoment = firstMoment
        var (beta1Power, beta2Power) = (1.0, 1.0)
        for step in 0..<20 {
            // Gradients of very different magnitudes, some exactly zero.
            let gradient = randomValues(count, seed: UInt64(100 + step)).enumerated().map { index, value in
                index % 5 == 0 ? 0 : value * (index % 2 == 0 ? 1e-4 : 10)
            }
            beta1Power *= ScalarAdam.beta1
            beta2Power *= ScalarAdam.beta2
            FloatKernels.adam(
                parameters: &parameters, gradient: gradient, firstMoment: &firstMoment, secondMoment: &secondMoment,
                average: &average, count: count,
                step: FloatKernels.AdamStep(
                    learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correction1: Float(1 - beta1Power),
                    correction2: Float(1 - beta2Power), averageDecay: 0.8))
            for index in references.indices {
                references[index].step(gradient[index], learningRate: 0.01, averageDecay: 0.8)
            }
        }
        #expect(largestDifference(parameters, references.map { Float($0.parameter) }) < 1e-5)
        #expect(largestDifference(average, references.map { Float($0.average) }) < 1e-5)
        #expect(largestDifference(firstMoment, references.map { Float($0.firstMoment) }) < 1e-5)
        #expect(largestDifference(secondMoment, references.map { Float($0.secondMoment) }) < 1e-6)
        #expect(parameters != average || count == 1)
    }

    @Test("The first step moves every parameter by the learning rate, for any gradient")
    func firstStep() {
        let gradient: [Float] = [1e-3, -1e-3, 1, -1, 1e3, -1e3]
        var parameters = [Float](repeating: 0, count: 6)
        var firstMoment = parameters, secondMoment = parameters
        FloatKernels.adam(
            parameters: &parameters, gradient: gradient, firstMoment: &firstMoment, secondMoment: &secondMoment,
            average: nil, count: 6,
            step: FloatKernels.AdamStep(
                learningRate: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correction1: 0.1, correction2: 0.001,
                averageDecay: 0))
        #expect(largestDifference(parameters, gradient.map { $0 > 0 ? -0.5 : 0.5 }) < 1e-5)
    }
}
