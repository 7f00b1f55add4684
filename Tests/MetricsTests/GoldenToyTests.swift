import Metrics
import Testing

/// The expected numbers are from float64 maps in Python: `python3 Fixtures/make_metrics_cases.py toy`.
@Suite("Golden values of a synthetic test set")
struct GoldenToyTests {
    @Test("The maps match the formula")
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

    @Test("AUROC, average precision and AU-PRO agree with the reference within 1e-6")
    func pooledMetrics() throws {
        let result = try PixelMetrics.evaluate(GoldenToy.maps)
        #expect(abs(try #require(result.pixelAUROC) - 0.849745599559956) < 1e-6)
        #expect(abs(try #require(result.pixelAP) - 0.49588129202728787) < 1e-6)
        #expect(abs(try #require(result.aupro[0.05]) - 0.3235685780716614) < 1e-6)
        #expect(abs(try #require(result.aupro[0.3]) - 0.42991206591145104) < 1e-6)
        #expect(abs(try #require(result.aupro[1]) - 0.7932296022866644) < 1e-6)
    }

    @Test("AUPIMO with 1,000 linear thresholds agrees with the reference within 1e-6")
    func linearAUPIMO() throws {
        let options = PixelMetricsOptions(aupimoBounds: 1e-2...1e-1, aupimoThresholds: .linear(count: 1000))
        let result = try PixelMetrics.evaluate(GoldenToy.maps, options: options)
        #expect(result.aupimo[0] == nil && result.aupimo[1] == nil)
        #expect(abs(try #require(result.aupimo[2]) - 0.4981276) < 1e-6)
        #expect(abs(try #require(result.aupimo[3]) - 0.52713818) < 1e-6)
        #expect(abs(try #require(result.aupimoMean) - (0.4981276 + 0.52713818) / 2) < 1e-6)
    }

    @Test("AUPIMO with exact thresholds agrees with the reference and is the limit of finer linear ones")
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

    @Test("AUPIMO is undefined with a reason if there are too few normal pixels; other metrics are computed")
    func unreachableBound() throws {
        let result = try PixelMetrics.evaluate(GoldenToy.maps)
        #expect(
            result.aupimoUnavailable
                == .boundNotReached(lowerBound: 1e-5, smallestRate: 1 / 3072, normalImages: 2, normalPixels: 3072))
        #expect(result.aupimo == [nil, nil, nil, nil])
        #expect(result.aupimoMean == nil)
        #expect(result.pixelAUROC != nil)
    }

    @Test("Curves have at most 400 points, correct ends and the exact area")
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

@Suite("The per-image overlap curve")
struct PIMOCurveTests {
    private let options = PixelMetricsOptions(aupimoBounds: 1e-2...1e-1)

    @Test("Mean and quartiles are those of the recalls at each threshold")
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

    @Test("The curve spans the bounds and is monotonic")
    func bounds() throws {
        let curve = try PixelMetrics.evaluate(GoldenToy.maps, options: options).pimoCurve
        #expect(curve[0].fpr <= 1e-2 && curve[curve.count - 1].fpr >= 1e-1)
        for (one, next) in zip(curve, curve.dropFirst()) {
            #expect(one.fpr < next.fpr && one.threshold > next.threshold && one.mean <= next.mean)
        }
    }

    @Test("The curve is empty if AUPIMO is undefined")
    func none() throws {
        let result = try PixelMetrics.evaluate(GoldenToy.maps)
        #expect(result.aupimoUnavailable != nil && result.pimoCurve.isEmpty && result.aupimoThresholdCount == 0)
    }
}

/// A synthetic test set of 4 maps with 32 rows and 48 columns. The first two are normal; the others have a rectangle
/// and a single pixel each. In the third map the pixel touches the rectangle at a corner, so both are one region.
enum GoldenToy {
    static let height = 32, width = 48

    static func isLabelled(image k: Int, row i: Int, column j: Int) -> Bool {
        switch k {
        case 2: (4...9 ~= i && 5...11 ~= j) || (i == 10 && j == 12)
        case 3: (20...23 ~= i && 30...39 ~= j) || (i == 2 && j == 2)
        default: false
        }
    }

    static func value(image k: Int, row i: Int, column j: Int) -> Double {
        let base = Double((7919 * k + 104_729 * i + 1_299_709 * j + 31 * i * j) % 10_007) / 10_007
        return isLabelled(image: k, row: i, column: j) && (i + 2 * j) % 5 > 0 ? base + 0.6 : base
    }

    static let maps: [LabelledMap] = (0..<4).map { image in
        let pixels = (0..<height).flatMap { row in (0..<width).map { (row: row, column: $0) } }
        return LabelledMap(
            name: "toy \(image)", width: width, height: height,
            values: pixels.map { Float(value(image: image, row: $0.row, column: $0.column)) },
            mask: pixels.map { isLabelled(image: image, row: $0.row, column: $0.column) ? 1 : 0 },
            isAnomalous: image >= 2)
    }
}
