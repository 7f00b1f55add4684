import Metrics
import Testing

@Suite("Pixel metrics: edge cases and refusals")
struct PixelMetricsTests {
    private func map(_ name: String, _ values: [Float], mask: [UInt8]? = nil, anomalous: Bool = false) -> LabelledMap {
        LabelledMap(name: name, width: values.count, height: 1, values: values, mask: mask, isAnomalous: anomalous)
    }

    @Test("without an anomalous image every metric is nil and no curve is drawn")
    func noAnomalousImage() throws {
        let result = try PixelMetrics.evaluate([map("a", [1, 2]), map("b", [3, 4], mask: [0, 0])])
        #expect(result.pixelAUROC == nil && result.pixelAP == nil && result.pixelF1Max == nil)
        #expect(result.threshold == nil && result.aupro.isEmpty && result.rocCurve.isEmpty)
        #expect(result.proCurve.isEmpty && result.precisionRecallCurve.isEmpty)
        #expect(result.aupimo == [nil, nil])
        #expect(result.aupimoUnavailable == .noLabelledPixel)
    }

    @Test("without a normal image only AUPIMO is missing")
    func noNormalImage() throws {
        let result = try PixelMetrics.evaluate([map("a", [1, 2, 9], mask: [0, 0, 1], anomalous: true)])
        #expect(result.pixelAUROC == 1 && result.pixelAP == 1 && result.pixelF1Max == 1 && result.threshold == 9)
        #expect(result.aupro == [0.05: 1, 0.3: 1, 1: 1])
        #expect(result.aupimoUnavailable == .noNormalImage)
    }

    @Test("no image at all gives no metric")
    func nothing() throws {
        #expect(try PixelMetrics.evaluate([]).pixelAUROC == nil)
    }

    @Test("equal values everywhere give what chance gives")
    func allEqual() throws {
        let result = try PixelMetrics.evaluate([
            map("a", [2, 2, 2, 2], mask: [1, 0, 0, 0], anomalous: true), map("b", [2, 2, 2, 2]),
        ])
        #expect(result.pixelAUROC == 0.5)
        #expect(result.pixelAP == 1.0 / 8)
        #expect(result.aupro[1] == 0.5)
        #expect(abs(try #require(result.aupro[0.3]) - 0.15) < 1e-15)
    }

    @Test("an image in which every pixel is labelled leaves no false-positive rate")
    func allLabelled() throws {
        let result = try PixelMetrics.evaluate([map("a", [2, 1], mask: [1, 1], anomalous: true)])
        #expect(result.pixelAUROC == nil && result.pixelAP == 1 && result.aupro.isEmpty)
    }

    @Test("an anomalous image without labelled pixels counts as unlabelled but gives AUPIMO no thresholds")
    func anomalousWithoutMask() throws {
        let result = try PixelMetrics.evaluate([
            map("a", [5, 1], anomalous: true), map("b", [4, 0], mask: [1, 0], anomalous: true),
        ])
        #expect(result.pixelAUROC == 2.0 / 3)
        #expect(result.aupimoUnavailable == .noNormalImage)
    }

    @Test("pixels that touch at a corner are one region")
    func eightConnectivity() throws {
        // A pair across a corner (9 and 1) and a single pixel (9): mean overlap 3/4, with three regions 2/3.
        let result = try PixelMetrics.evaluate([
            LabelledMap(
                name: "a", width: 4, height: 2, values: [9, 3, 3, 9, 3, 1, 3, 3], mask: [1, 0, 0, 1, 0, 1, 0, 0],
                isAnomalous: true)
        ])
        #expect(result.aupro[1] == 0.75)
    }

    @Test("minus zero and zero are one threshold")
    func signedZero() throws {
        let result = try PixelMetrics.evaluate([map("a", [0, -0.0], mask: [1, 0], anomalous: true)])
        #expect(result.pixelAUROC == 0.5)
    }

    @Test("the order of the images changes no pooled metric")
    func orderOfImages() throws {
        let maps = GoldenToy.maps
        let forward = try PixelMetrics.evaluate(maps), backward = try PixelMetrics.evaluate(maps.reversed())
        #expect(forward.pixelAUROC == backward.pixelAUROC && forward.pixelAP == backward.pixelAP)
        #expect(abs(try #require(forward.aupro[0.3]) - #require(backward.aupro[0.3])) < 1e-12)
    }

    @Test("one hot normal pixel does not spoil AUPIMO")
    func hotPixel() throws {
        let options = PixelMetricsOptions(aupimoBounds: 1e-2...1e-1)
        var maps = GoldenToy.maps
        let clean = try PixelMetrics.evaluate(maps, options: options)
        var values = maps[0].values
        values[100] = 1e9
        maps[0] = LabelledMap(
            name: "hot", width: maps[0].width, height: maps[0].height, values: values, mask: nil, isAnomalous: false)
        let hot = try PixelMetrics.evaluate(maps, options: options)
        #expect(abs(try #require(clean.aupimoMean) - #require(hot.aupimoMean)) < 0.02)
    }

    @Test("AUPIMO weighs normal images of different sizes equally")
    func unequalNormalImages() throws {
        // F at 3: (1/1 + 0/4) / 2 = 0.5; at 2: (1 + 1/4) / 2 = 0.625; at 1: 1. The labelled pixel 2.5 is first counted
        // at 2, so its recall rises from ln 0.5 to ln 0.625 and then stays at 1 until ln 1.
        let maps = [
            map("a", [3]), map("b", [2, 1, 1, 1]), map("c", [2.5, 0], mask: [1, 0], anomalous: true),
        ]
        let result = try PixelMetrics.evaluate(maps, options: PixelMetricsOptions(aupimoBounds: 0.5...1))
        // (ln(0.625/0.5) / 2 + ln(1/0.625)) / ln 2
        #expect(abs(try #require(result.aupimo[2]) - 0.8390359525563189) < 1e-12)
    }

    @Test(
        "a map that cannot be evaluated is refused by name",
        arguments: [
            (
                LabelledMap(name: "x", width: 2, height: 2, values: [1, 2, 3], mask: nil, isAnomalous: false),
                MetricsError.valueCountMismatch(map: "x", width: 2, height: 2, values: 3)
            ),
            (
                LabelledMap(name: "x", width: 0, height: 0, values: [], mask: nil, isAnomalous: false),
                MetricsError.valueCountMismatch(map: "x", width: 0, height: 0, values: 0)
            ),
            (
                LabelledMap(name: "x", width: 2, height: 1, values: [1, 2], mask: [1], isAnomalous: true),
                MetricsError.maskSizeMismatch(map: "x", width: 2, height: 1, mask: 1)
            ),
            (
                LabelledMap(name: "x", width: 2, height: 1, values: [1, 2], mask: [0, 7], isAnomalous: false),
                MetricsError.labelledNormalImage(map: "x", labelledPixels: 1)
            ),
            (
                LabelledMap(name: "x", width: 2, height: 2, values: [1, 2, 3, .nan], mask: nil, isAnomalous: false),
                MetricsError.notFinite(map: "x", x: 1, y: 1)
            ),
            (
                LabelledMap(name: "x", width: 1, height: 1, values: [-.infinity], mask: nil, isAnomalous: false),
                MetricsError.notFinite(map: "x", x: 0, y: 0)
            ),
        ])
    func refused(map: LabelledMap, error: MetricsError) {
        #expect(throws: error) { try PixelMetrics.evaluate([self.map("good", [1]), map]) }
        #expect("\(error)".contains("'x'"))
    }

    @Test(
        "options out of range are refused",
        arguments: [
            PixelMetricsOptions(auproLimits: [0]), PixelMetricsOptions(auproLimits: [.nan]),
            PixelMetricsOptions(auproLimits: [1.5]), PixelMetricsOptions(aupimoBounds: 0...0.1),
            PixelMetricsOptions(aupimoBounds: 0.1...0.1), PixelMetricsOptions(aupimoBounds: 0.1...2),
            PixelMetricsOptions(aupimoThresholds: .linear(count: 1)),
            PixelMetricsOptions(aupimoThresholds: .linear(count: .max)), PixelMetricsOptions(curvePointLimit: 2),
        ])
    func invalidOptions(options: PixelMetricsOptions) {
        #expect(throws: MetricsError.self) { try PixelMetrics.evaluate(GoldenToy.maps, options: options) }
    }
}
