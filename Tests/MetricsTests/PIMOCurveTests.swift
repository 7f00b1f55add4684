import Metrics
import Testing

@Suite("The curve of the per-image overlap")
struct PIMOCurveTests {
    private let options = PixelMetricsOptions(aupimoBounds: 1e-2...1e-1)

    @Test("its mean is the recall of the images at each point's threshold, counted anew")
    func recalls() throws {
        let maps = GoldenToy.maps
        let curve = try PixelMetrics.evaluate(maps, options: options).pimoCurve
        #expect(curve.count > 20 && curve.count <= 52)
        for point in curve {
            func share(_ values: [Float]) -> Double {
                Double(values.count { Double($0) >= point.threshold }) / Double(values.count)
            }
            let rate = (share(maps[0].values) + share(maps[1].values)) / 2
            #expect(abs(rate - point.fpr) < 1e-12)
            let recalls = maps[2...].map { map in
                share(zip(map.values, map.mask ?? []).filter { $0.1 > 0 }.map(\.0))
            }.sorted()
            #expect(abs(point.mean - (recalls[0] + recalls[1]) / 2) < 1e-12)
            #expect(abs(point.lowerQuartile - (0.75 * recalls[0] + 0.25 * recalls[1])) < 1e-12)
            #expect(abs(point.upperQuartile - (0.25 * recalls[0] + 0.75 * recalls[1])) < 1e-12)
        }
    }

    @Test("it reaches from bound to bound, and no curve rises backwards")
    func bounds() throws {
        let curve = try PixelMetrics.evaluate(GoldenToy.maps, options: options).pimoCurve
        #expect(curve[0].fpr <= 1e-2 && curve[curve.count - 1].fpr >= 1e-1)
        for (one, next) in zip(curve, curve.dropFirst()) {
            #expect(one.fpr < next.fpr && one.threshold > next.threshold && one.mean <= next.mean)
        }
    }

    @Test("without AUPIMO there is none")
    func none() throws {
        let result = try PixelMetrics.evaluate(GoldenToy.maps)
        #expect(result.aupimoUnavailable != nil && result.pimoCurve.isEmpty && result.aupimoThresholdCount == 0)
    }
}
