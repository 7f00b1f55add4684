import Metrics
import Testing

@Suite("200 random test sets against the slow reference in numpy and scipy")
struct PublishedReferenceTests {
    private static let limits = [0.05, 0.3, 1]
    private let options = PixelMetricsOptions(aupimoBounds: 0.02...0.2, aupimoThresholds: .linear(count: 500))

    private func maps(_ expected: PublishedReference.Case, _ reference: PublishedReference) throws -> [LabelledMap] {
        let maps = PortableCase(expected.case, seed: reference.seed).maps
        let sum = maps.reduce(0) { $0 + $1.values.reduce(0) { $0 + Double($1) } }
        try #require(abs(sum - expected.sum) <= 1e-12 * abs(sum), "case \(expected.case) has other pixels")
        return maps
    }

    @Test("every figure agrees within 1e-8")
    func agrees() throws {
        let reference = try PublishedReference()
        #expect(reference.script == "metrics_reference.py" && reference.cases.count == 200)
        var defined = 0
        for expected in reference.cases {
            let context = "case \(expected.case)"
            let maps = try maps(expected, reference)
            let result = try PixelMetrics.evaluate(maps, options: options)
            let scores = maps.map { $0.values.max() ?? 0 }
            let imageAUROC = try RankMetrics.auroc(scores: scores, labels: maps.map(\.isAnomalous))
            expectEqual(imageAUROC, expected.imageAUROC, "\(context): image AUROC")
            expectEqual(result.pixelAUROC, expected.auroc, "\(context): AUROC")
            expectEqual(result.pixelAP, expected.ap, "\(context): AP")
            expectEqual(result.pixelF1Max, expected.f1, "\(context): F1")
            #expect(result.threshold == expected.threshold, "\(context): threshold")
            for (limit, value) in zip(Self.limits, expected.aupro ?? []) {
                expectEqual(result.aupro[limit], value, "\(context): AU-PRO@\(limit)")
            }
            if expected.auroc != nil, expected.aupimoIsTied == nil {
                #expect((result.aupimoUnavailable == nil) == (expected.aupimo != nil))
            }
            for (value, expected) in zip(result.aupimo, expected.aupimo ?? []) {
                expectEqual(value, expected, "\(context): AUPIMO")
                if value != nil { defined += 1 }
            }
        }
        #expect(defined > 50, "hardly any case defines AUPIMO")
    }

    @Test(
        "where a rate hits the limit of AU-PRO exactly, the first point there ends the area, as in MVTec's evaluation")
    func exactLimit() throws {
        let reference = try PublishedReference()
        var differing = 0
        for expected in reference.cases {
            let result = try PixelMetrics.evaluate(try maps(expected, reference), options: options)
            for (index, other) in expected.auproOfReference ?? [:] {
                let limit = Self.limits[try #require(Int(index))]
                let value = try #require(result.aupro[limit])
                let isHit = result.proCurve.contains { $0.fpr == limit }
                #expect(isHit && value < other, "case \(expected.case): \(value) up to \(limit), not \(other)")
                differing += 1
            }
        }
        #expect(differing > 20, "the cases hardly ever hit a limit")
    }

    private func expectEqual(_ value: Double?, _ expected: Double?, _ context: String) {
        guard let value, let expected else {
            #expect(value == nil && expected == nil, "\(context)")
            return
        }
        #expect(abs(value - expected) <= 1e-8, "\(context): \(value), expected \(expected)")
    }
}
