import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Contrast response")
struct ContrastResponseTests {
    @Test("The weight is inversely proportional to normal errors at the same contrast")
    func weights() {
        var samples = ContrastResponse.Samples()
        // 1,000 times the contrast, 10 times the error.
        samples.add(errors: [Float](repeating: 0.5, count: 900), contrasts: [Float](repeating: 1e-5, count: 900))
        samples.add(errors: [Float](repeating: 5, count: 100), contrasts: [Float](repeating: 1e-2, count: 100))
        let response = ContrastResponse(samples)
        let ratio = response.weight(contrast: 1e-5) / response.weight(contrast: 1e-2)
        #expect(abs(ratio - 10) < 0.5)
        // The mean error is 0.95, and weights in between are interpolated.
        #expect(abs(response.weight(contrast: 1e-5) - 0.95 / 0.5) < 0.1)
        let between = response.weight(contrast: 3e-4)
        #expect(between < response.weight(contrast: 1e-5) && between > response.weight(contrast: 1e-2))
    }

    @Test("The weight is 1 without errors or samples, and at most 4")
    func limits() {
        #expect(ContrastResponse(.init()).values == [Float](repeating: 1, count: ContrastResponse.bins))
        var samples = ContrastResponse.Samples()
        samples.add(errors: [Float](repeating: 0, count: 1000), contrasts: [Float](repeating: 1e-6, count: 1000))
        #expect(ContrastResponse(samples).weight(contrast: 1e-6) == 1)
        samples.add(errors: [Float](repeating: 1, count: 1000), contrasts: [Float](repeating: 1e-2, count: 1000))
        let response = ContrastResponse(samples)
        #expect(response.weight(contrast: 1e-6) == 4)
        for contrast: Float in [0, -1, 1e-30, 1e-8, 0.3, 1, 1e10] {
            let weight = response.weight(contrast: contrast)
            #expect(weight > 0 && weight <= 4, "\(contrast)")
        }
    }

    @Test("Contrast is the squared difference of neighbours")
    func contrast() {
        // Columns rise by 0.01 each: central differences are 0.02 in three channels, and smaller at the borders.
        let ramp = PlanarImage(
            width: 20, height: 10, channels: 3,
            values: (0..<3).flatMap { _ in (0..<10).flatMap { _ in (0..<20).map { Float($0) * 0.01 } } })
        let map = ContrastResponse.contrasts(of: ramp, boxSize: 3)
        #expect(abs(map[5 * 20 + 10] - 3 * 0.0004) < 1e-6)
        #expect(map[5 * 20] < 3 * 0.0004)
        let flat = PlanarImage(width: 8, height: 8, channels: 3, repeating: 0.5)
        #expect(ContrastResponse.contrasts(of: flat, boxSize: 5).allSatisfy { $0 == 0 })
    }

    @Test("Invalid values are rejected")
    func hostile() {
        let good = [Float](repeating: 1, count: ContrastResponse.bins)
        #expect(ContrastResponse(values: good) != nil)
        for bad: Float in [0, -1, .nan, .infinity] {
            #expect(ContrastResponse(values: good.dropLast() + [bad]) == nil)
        }
        #expect(ContrastResponse(values: Array(good.dropLast())) == nil)
        #expect(ContrastResponse(values: []) == nil)
    }
}
