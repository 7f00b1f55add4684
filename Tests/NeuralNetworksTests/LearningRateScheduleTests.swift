import Testing

@testable import NeuralNetworks

@Suite("The learning rate")
struct LearningRateScheduleTests {
    @Test(
        "rises in a line to its peak and falls along half a cosine to the final rate",
        arguments: [
            (0, Float(0.25)), (1, 0.5), (2, 0.75), (3, 1), (4, 1), (9, 0.55), (14, 0.1), (15, 0.1), (1_000_000, 0.1),
            // A quarter and three quarters of the way: (1 +- sqrt(1/2)) / 2 of the fall, after 2.5 and 7.5 steps.
            (6, 0.914058), (12, 0.185942),
        ])
    func table(_ step: Int, _ rate: Float) {
        // Four steps of warm-up, then eleven, the first at the peak and the last at the final rate.
        let schedule = LearningRateSchedule(peak: 1, final: 0.1, warmupSteps: 4, totalSteps: 15)
        #expect(abs(schedule.rate(atStep: step) - rate) < 1e-6)
    }

    @Test("never rises after the warm-up and stays within its bounds")
    func monotonic() {
        let schedule = LearningRateSchedule(peak: 2e-3, final: 1e-5, warmupSteps: 10, totalSteps: 300)
        let rates = (0..<320).map { schedule.rate(atStep: $0) }
        #expect(zip(rates[..<10], rates[1..<11]).allSatisfy { $0 <= $1 })
        #expect(zip(rates[10...], rates[11...]).allSatisfy { $0 >= $1 })
        #expect(rates.allSatisfy { 0 < $0 && $0 <= 2e-3 })
        #expect(rates[299] == 1e-5)
    }

    @Test("is a number for runs of one step, without warm-up, and with nothing but warm-up")
    func shortRuns() {
        #expect(LearningRateSchedule(peak: 1, final: 0.5, warmupSteps: 0, totalSteps: 1).rate(atStep: 0) == 1)
        #expect(LearningRateSchedule(peak: 1, final: 0.5, warmupSteps: 0, totalSteps: 2).rate(atStep: 1) == 0.5)
        let warmup = LearningRateSchedule(peak: 1, final: 0, warmupSteps: 4, totalSteps: 4)
        #expect((0..<4).map { warmup.rate(atStep: $0) } == [0.25, 0.5, 0.75, 1])
    }
}
