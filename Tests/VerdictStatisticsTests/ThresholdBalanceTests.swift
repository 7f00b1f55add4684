import Foundation
import Testing

@testable import VerdictStatistics

@Suite("The threshold by the prices of false alarms and misses")
struct ThresholdBalanceTests {
    private typealias Costs = ThresholdBalance.Costs

    /// Level 10 and spread 1.4826 by median and MAD, with few extremes.
    private static let normals = ThresholdBalance.Normals(scores: [8, 9, 9.5, 10, 10.5, 11, 12], sources: 7)

    private func balance(
        _ defects: [Float], _ costs: (Float, Float) = (1, 1), limit: Float = 100,
        normals: [ThresholdBalance.Normals] = [normals]
    ) -> ThresholdBalance? {
        ThresholdBalance(
            normals: normals, defects: defects, limit: limit, scale: .linear,
            costs: Costs(falseAlarm: costs.0, miss: costs.1))
    }

    @Test("It lies at the lowest of clear defects: none is missed, and false alarms are rarest")
    func clear() throws {
        let found = try #require(balance([30, 40, 25, 90]))
        #expect(found.threshold == 25 && found.misses == 0 && found.falseAlarms < 0.001)
    }

    /// The probability is integrated from the density of Student's t.
    @Test("The expected false alarms are those of Student's t")
    func shares() throws {
        let found = try #require(balance([13, 13, 13, 40]))
        #expect(found.threshold == 13)
        let t = 3 / (1.4826 * (8.0 / 7).squareRoot())
        #expect(abs(Double(found.falseAlarms) - Self.tail(t, degrees: 6)) < 1e-4)
    }

    /// The upper tail of Student's t by Simpson's rule on its density.
    private static func tail(_ t: Double, degrees v: Double) -> Double {
        let scale = exp(lgamma((v + 1) / 2) - lgamma(v / 2)) / (v * .pi).squareRoot()
        func density(_ x: Double) -> Double { scale * pow(1 + x * x / v, -(v + 1) / 2) }
        let steps = 20_000, upper = 400.0, width = (upper - t) / Double(steps)
        let sum = (0...steps).reduce(0.0) { sum, step in
            let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4.0 : 2.0
            return sum + weight * density(t + Double(step) * width)
        }
        return sum * width / 3
    }

    /// One of 50 defects scores hardly above the normal images, and four a little higher.
    @Test(
        "Dear misses lower it, dear false alarms raise it", arguments: [(1, 8, 12.4), (1, 1, 16), (64, 1, 40)])
    func prices(falseAlarm: Int, miss: Int, threshold: Double) throws {
        let defects = [12.4] + [Float](repeating: 16, count: 4) + [Float](repeating: 40, count: 45)
        let found = try #require(balance(defects, (Float(falseAlarm), Float(miss))))
        #expect(found.threshold == Float(threshold))
        #expect(found.costs == Costs(falseAlarm: Float(falseAlarm), miss: Float(miss)))
    }

    @Test("No cheaper threshold exists between its limits")
    func optimal() throws {
        var state: UInt64 = 7
        func random() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        for _ in 0..<50 {
            let defects = (0..<20).map { _ in 9 + 20 * random() * random() }, price = 0.2 + 4 * random()
            let found = try #require(balance(defects, (1, price), limit: 20))
            let bound = try #require(PredictionBound(of: Self.normals.scores, sources: 7, scale: .linear))
            func cost(_ threshold: Float) -> Double {
                bound.probability(atOrAbove: threshold)
                    + Double(price) * Double(defects.count { $0 < threshold }) / Double(defects.count)
            }
            let lowest = try #require(bound.upper(probability: 0.9))
            for step in 0...1000 {
                let other = lowest + (20 - lowest) * Float(step) / 1000
                #expect(cost(found.threshold) <= cost(other) + 1e-9)
            }
        }
    }

    @Test("Normal images that vary in two ways count equally")
    func groups() throws {
        let wide = ThresholdBalance.Normals(scores: Self.normals.scores.map { 10 + 4 * ($0 - 10) }, sources: 7)
        let defects = [14] + [Float](repeating: 40, count: 19)
        let one = try #require(balance(defects)), both = try #require(balance(defects, normals: [Self.normals, wide]))
        #expect(both.threshold > one.threshold)
    }

    @Test("The limit holds, and a tenth of the normal images at most is expected above a lower threshold")
    func limit() throws {
        #expect(try #require(balance([50, 60], limit: 20)).threshold == 20)
        let lowest = try #require(
            PredictionBound(of: Self.normals.scores, sources: 7, scale: .linear)?.upper(probability: 0.9))
        #expect(try #require(balance([1, 2, 3], limit: 5)).threshold == 5)
        #expect(try #require(balance([1, 2, lowest + 0.01], (1, 1000))).threshold > lowest)
    }

    @Test("It is undefined without defects, or where normal scores have no spread")
    func undefined() {
        #expect(balance([]) == nil)
        #expect(balance([1], normals: [.init(scores: [1, 1, 1], sources: 3)]) == nil)
        #expect(balance([1], normals: [Self.normals, .init(scores: [4], sources: 1)]) == nil)
        #expect(balance([1], normals: []) == nil)
    }

    @Test("On the logarithmic scale, the unit of the scores does not matter", arguments: [Float(0.001), 1, 1000])
    func unit(factor: Float) throws {
        func found(_ factor: Float) -> ThresholdBalance? {
            ThresholdBalance(
                normals: [.init(scores: [1, 1.2, 0.9, 1.1, 1.3].map { $0 * factor }, sources: 5)],
                defects: [1.8, 2, 5].map { $0 * factor }, limit: 9 * factor, scale: .logarithmic,
                costs: Costs(falseAlarm: 1, miss: 1))
        }
        let first = try #require(found(1)), second = try #require(found(factor))
        #expect(abs(second.threshold / factor - first.threshold) < 1e-3)
        #expect(abs(second.falseAlarms - first.falseAlarms) < 1e-4)
    }
}
