import Metrics
import Testing

/// The expected numbers come from float64 maps in Python: `python3 Fixtures/make_metrics_cases.py toy` prints them.
@Suite("Golden values of the formula-made test set")
struct GoldenToyTests {
    @Test("the maps are those of the formula")
    func formula() {
        var sum = 0.0
        for image in 0..<4 {
            for row in 0..<GoldenToy.height {
                for column in 0..<GoldenToy.width { sum += GoldenToy.value(image: image, row: row, column: column) }
            }
        }
        #expect(abs(sum - 3117.8074947536725) < 1e-9)
        let maxima = GoldenToy.maps.map { $0.values.max() ?? 0 }
        for (maximum, expected) in zip(maxima, [0.99970021, 0.99980014, 1.56982113, 1.55703008]) {
            #expect(abs(Double(maximum) - expected) < 1e-6)
        }
    }

    @Test("AUROC, average precision and AU-PRO are the reference's within 1e-6")
    func pooledMetrics() throws {
        let result = try PixelMetrics.evaluate(GoldenToy.maps)
        #expect(abs(try #require(result.pixelAUROC) - 0.849745599559956) < 1e-6)
        #expect(abs(try #require(result.pixelAP) - 0.49588129202728787) < 1e-6)
        #expect(abs(try #require(result.aupro[0.05]) - 0.3235685780716614) < 1e-6)
        #expect(abs(try #require(result.aupro[0.3]) - 0.42991206591145104) < 1e-6)
        #expect(abs(try #require(result.aupro[1]) - 0.7932296022866644) < 1e-6)
    }

    @Test("AUPIMO with 1,000 linear thresholds is the reference's within 1e-6")
    func linearAUPIMO() throws {
        let options = PixelMetricsOptions(aupimoBounds: 1e-2...1e-1, aupimoThresholds: .linear(count: 1000))
        let result = try PixelMetrics.evaluate(GoldenToy.maps, options: options)
        #expect(result.aupimo[0] == nil && result.aupimo[1] == nil)
        #expect(abs(try #require(result.aupimo[2]) - 0.4981276) < 1e-6)
        #expect(abs(try #require(result.aupimo[3]) - 0.52713818) < 1e-6)
        #expect(abs(try #require(result.aupimoMean) - (0.4981276 + 0.52713818) / 2) < 1e-6)
    }

    @Test("AUPIMO with exact thresholds is the reference's, and is where ever finer linear ones lead")
    func exactAUPIMO() throws {
        let exact = try PixelMetrics.evaluate(GoldenToy.maps, options: PixelMetricsOptions(aupimoBounds: 1e-2...1e-1))
        #expect(abs(try #require(exact.aupimo[2]) - 0.48551267958021427) < 1e-6)
        #expect(abs(try #require(exact.aupimo[3]) - 0.5134387482621775) < 1e-6)
        let fine = try PixelMetrics.evaluate(
            GoldenToy.maps,
            options: PixelMetricsOptions(aupimoBounds: 1e-2...1e-1, aupimoThresholds: .linear(count: 1_000_000)))
        for image in 2...3 {
            #expect(abs(try #require(exact.aupimo[image]) - #require(fine.aupimo[image])) < 5e-3)
        }
    }

    @Test("AUPIMO says why when the normal images have too few pixels for its bounds, and the rest still comes")
    func unreachableBound() throws {
        let result = try PixelMetrics.evaluate(GoldenToy.maps)
        #expect(
            result.aupimoUnavailable
                == .boundNotReached(lowerBound: 1e-5, smallestRate: 1 / 3072, normalImages: 2, normalPixels: 3072))
        #expect(result.aupimo == [nil, nil, nil, nil])
        #expect(result.aupimoMean == nil && result.aupimoMedian == nil)
        #expect(result.pixelAUROC != nil)
    }

    @Test("curves have at most 400 points, start and end where they must, and enclose the exact area")
    func curves() throws {
        let result = try PixelMetrics.evaluate(GoldenToy.maps)
        #expect(result.rocCurve.count <= 400 && result.precisionRecallCurve.count <= 400)
        #expect(result.proCurve.count <= 400)
        #expect(result.rocCurve.first.map { [$0.fpr, $0.tpr] } == [0, 0])
        #expect(result.rocCurve.last.map { [$0.fpr, $0.tpr] } == [1, 1])
        #expect(result.proCurve.last?.overlap.rounded(.toNearestOrEven) == 1)
        #expect(result.precisionRecallCurve.last.map { [$0.recall, $0.precision] } == [1, 84.0 / 6144])
        let area = zip(result.rocCurve, result.rocCurve.dropFirst()).reduce(0) { sum, pair in
            sum + (pair.1.fpr - pair.0.fpr) * (pair.1.tpr + pair.0.tpr) / 2
        }
        #expect(abs(area - 0.849745599559956) < 5e-3)
    }
}
