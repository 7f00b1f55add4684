import Metrics
import Testing

@Suite("200 random test sets against a plain reference in numpy")
struct ReferenceCaseTests {
    private let linear = PixelMetricsOptions(aupimoBounds: 0.02...0.2, aupimoThresholds: .linear(count: 500))
    private let exact = PixelMetricsOptions(aupimoBounds: 0.02...0.2)

    @Test("every metric agrees with the reference within 1e-8")
    func agrees() throws {
        let references = try ReferenceCase.all()
        #expect(references.count == 200)
        for reference in references {
            let maps = PortableCase(reference.case).maps
            let sum = maps.reduce(0) { $0 + $1.values.reduce(0) { $0 + Double($1) } }
            try #require(abs(sum - reference.sum) <= 1e-12 * abs(sum), "case \(reference.case) has other pixels")
            let result = try PixelMetrics.evaluate(maps, options: exact)
            let context = "case \(reference.case)"
            expectEqual(result.pixelAUROC, reference.auroc, "\(context): AUROC")
            expectEqual(result.pixelAP, reference.ap, "\(context): AP")
            expectEqual(result.pixelF1Max, reference.f1, "\(context): F1")
            #expect(result.threshold == reference.threshold, "\(context): threshold")
            for (limit, value) in zip([0.05, 0.3, 1], reference.aupro ?? []) {
                expectEqual(result.aupro[limit], value, "\(context): AU-PRO@\(limit)")
            }
            expectSame(result, reference.aupimo, "\(context): exact AUPIMO")
            let stepped = try PixelMetrics.evaluate(maps, options: linear)
            expectSame(stepped, reference.aupimoLinear, "\(context): linear AUPIMO")
        }
    }

    @Test("image-level functions give the pixel-level values when every pixel is a sample")
    func ranksAgree() throws {
        for reference in try ReferenceCase.all().prefix(40) {
            let maps = PortableCase(reference.case).maps
            let scores: [Float] = maps.flatMap { $0.values }
            let labels: [Bool] = maps.flatMap { map in (map.mask ?? []).map { label in label > 0 } }
            expectEqual(try RankMetrics.auroc(scores: scores, labels: labels), reference.auroc, "AUROC")
            expectEqual(try RankMetrics.averagePrecision(scores: scores, labels: labels), reference.ap, "AP")
            expectEqual(try RankMetrics.f1Max(scores: scores, labels: labels)?.f1, reference.f1, "F1")
        }
    }

    private func expectEqual(_ value: Double?, _ expected: Double?, _ context: String) {
        guard let value, let expected else {
            #expect(value == nil && expected == nil, "\(context)")
            return
        }
        #expect(abs(value - expected) <= 1e-8, "\(context): \(value), expected \(expected)")
    }

    private func expectSame(_ result: PixelMetricsResult, _ expected: [Double?]?, _ context: String) {
        #expect((result.aupimoUnavailable == nil) == (expected != nil), "\(context)")
        for (value, expected) in zip(result.aupimo, expected ?? []) { expectEqual(value, expected, context) }
    }
}
