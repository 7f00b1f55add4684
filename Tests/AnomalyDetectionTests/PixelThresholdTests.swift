import Testing
import VerdictStatistics

@testable import AnomalyDetection

@Suite struct PixelThresholdTests {
    private let peaks: [Float] = (0..<40).map { 1 + Float($0 * 7 % 40) / 100 }

    private func estimate(method: Calibration.Estimate = .robust, defects: PixelTally? = nil) -> Float {
        PixelThreshold.estimate(peaks: peaks, method: method, scale: .logarithmic, defects: defects)
    }

    private func bound(_ share: Double) throws -> Float {
        try #require(PredictionBound(of: peaks, sources: peaks.count)?.upper(probability: share))
    }

    @Test("The threshold is the prediction bound of the highest values of normal maps")
    func bound() throws {
        #expect(try estimate() == bound(Double(Float(0.95))))
        let alike = PixelThreshold.estimate(
            peaks: peaks, trainingPeaks: peaks.map { $0 * $0 }, scale: .logarithmic)
        #expect(alike > estimate())
    }

    @Test("An empirical estimate, or peaks without spread, leave almost all of the given images without a region")
    func empirical() {
        #expect(peaks.count { $0 >= estimate(method: .empirical) } == 2)
        let flat = PixelThreshold.estimate(peaks: [0, 0, 0], scale: .logarithmic)
        #expect(flat > 0)
    }

    @Test("Synthetic defects choose the threshold of the highest F1 between two bounds")
    func defects() throws {
        let (lowest, highest) = (try bound(0.9), try bound(0.99))
        // Defects in the middle of the range, normal pixels below them.
        let middle = (lowest + highest) / 2
        var tally = PixelTally()
        tally.add([0.5, 0.9, middle * 1.001, 5], mask: [0, 0, 1, 1])
        let chosen = estimate(defects: tally)
        #expect(chosen > middle * 0.999 && chosen <= middle * 1.001)
        // Defects below the range do not lower the threshold beyond it.
        var low = PixelTally()
        low.add([0.5, 0.7, 0.7, 0.7], mask: [0, 1, 1, 1])
        low.add([5], mask: [1])
        #expect(estimate(defects: low) >= lowest && estimate(defects: low) <= highest)
        #expect(estimate(defects: PixelTally()) == estimate())
    }

    @Test("The F1 of a tally is that of all pixels, also of negative values")
    func tally() throws {
        var tally = PixelTally()
        let values: [Float] = [-4, -3, -2, -1, 0, 0.5, 1, 2, 3, .nan, .infinity]
        tally.add(values, mask: [0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1])
        // At 0.5: 3 of 4 found, 1 wrong, F1 = 6/8; at -1: 4 found, 2 wrong, F1 = 8/10.
        #expect(abs(try #require(tally.bestThreshold(in: -10...10)) + 1) < 1e-3)
        #expect(try #require(tally.bestThreshold(in: -0.5...10)) == 0.5)
    }
}
