import Metrics
import Testing

@Suite("Pixel metrics: edge cases and invalid input")
struct PixelMetricsTests {
    private func map(_ name: String, _ values: [Float], mask: [UInt8]? = nil, anomalous: Bool = false) -> LabelledMap {
        LabelledMap(name: name, width: values.count, height: 1, values: values, mask: mask, isAnomalous: anomalous)
    }

    @Test("Without an anomalous image every metric is nil and every curve empty")
    func noAnomalousImage() throws {
        let result = try PixelMetrics.evaluate([map("a", [1, 2]), map("b", [3, 4], mask: [0, 0])])
        #expect(result.pixelAUROC == nil && result.pixelAP == nil && result.pixelF1Max == nil)
        #expect(result.threshold == nil && result.aupro.isEmpty && result.rocCurve.isEmpty)
        #expect(result.proCurve.isEmpty && result.precisionRecallCurve.isEmpty)
        #expect(result.aupimo == [nil, nil])
        #expect(result.aupimoUnavailable == .noLabelledPixel)
    }

    @Test("Pixels outside a region do not count: all figures are those of maps without them")
    func region() throws {
        // The values of the first and last column do not count; they are the highest and the lowest.
        func maps(_ isCut: Bool) -> [LabelledMap] {
            let rows: [(values: [Float], mask: [UInt8])] = [
                ([0.1, 0.4, 0.35, 0.8], [0, 0, 0, 0]), ([0.2, 0.7, 0.1, 0.9], [0, 1, 0, 1]),
                ([0.3, 0.2, 0.6, 0.65], [0, 0, 0, 1]), ([0.5, 0.05, 0.15, 0.45], [0, 0, 0, 0]),
            ]
            return [true, false].map { (isAnomalous: Bool) -> LabelledMap in
                let ends: [Float] = isAnomalous ? [-9, 9] : [9, -9]
                var (values, mask): ([Float], [UInt8]) = ([], [])
                for row in rows {
                    values += isCut ? row.values : [ends[0]] + row.values + [ends[1]]
                    mask += isCut ? row.mask : [0] + row.mask + [0]
                }
                let region: [UInt8] = (0..<24).map { $0 % 6 == 0 || $0 % 6 == 5 ? 0 : 1 }
                return LabelledMap(
                    name: "m", width: isCut ? 4 : 6, height: 4, values: values, mask: isAnomalous ? mask : nil,
                    isAnomalous: isAnomalous, region: isCut ? nil : region)
            }
        }
        var options = PixelMetricsOptions()
        options.aupimoBounds = 0.1...0.5
        let found = try PixelMetrics.evaluate(maps(false), options: options)
        #expect(try found == PixelMetrics.evaluate(maps(true), options: options))
        #expect(found.labelledPixels + found.unlabelledPixels == 32 && found.aupimo.contains { $0 != nil })
        #expect(throws: MetricsError.self) {
            try PixelMetrics.evaluate([
                LabelledMap(name: "m", width: 2, height: 1, values: [1, 2], mask: nil, isAnomalous: false, region: [1])
            ])
        }
    }

    @Test("Without a normal image only AUPIMO is undefined")
    func noNormalImage() throws {
        let result = try PixelMetrics.evaluate([map("a", [1, 2, 9], mask: [0, 0, 1], anomalous: true)])
        #expect(result.pixelAUROC == 1 && result.pixelAP == 1 && result.pixelF1Max == 1 && result.threshold == 9)
        #expect(result.aupro == [0.05: 1, 0.3: 1, 1: 1])
        #expect(result.aupimoUnavailable == .noNormalImage)
    }

    @Test("Without images every metric is nil")
    func nothing() throws {
        #expect(try PixelMetrics.evaluate([]).pixelAUROC == nil)
    }

    @Test("Equal values give the metrics of chance")
    func allEqual() throws {
        let result = try PixelMetrics.evaluate([
            map("a", [2, 2, 2, 2], mask: [1, 0, 0, 0], anomalous: true), map("b", [2, 2, 2, 2]),
        ])
        #expect(result.pixelAUROC == 0.5)
        #expect(result.pixelAP == 1.0 / 8)
        #expect(result.aupro[1] == 0.5)
        #expect(abs(try #require(result.aupro[0.3]) - 0.15) < 1e-15)
    }

    @Test("Without an unlabelled pixel there is no false-positive rate")
    func allLabelled() throws {
        let result = try PixelMetrics.evaluate([map("a", [2, 1], mask: [1, 1], anomalous: true)])
        #expect(result.pixelAUROC == nil && result.pixelAP == 1 && result.aupro.isEmpty)
    }

    @Test("Anomalous images without labels count as unlabelled pixels but give AUPIMO no thresholds")
    func anomalousWithoutMask() throws {
        let result = try PixelMetrics.evaluate([
            map("a", [5, 1], anomalous: true), map("b", [4, 0], mask: [1, 0], anomalous: true),
        ])
        #expect(result.pixelAUROC == 2.0 / 3)
        #expect(result.aupimoUnavailable == .noNormalImage)
    }

    @Test("Pixels that touch at a corner are one region")
    func eightConnectivity() throws {
        // A pair across a corner (9 and 1) and a single pixel (9): the mean overlap is 3/4; with three regions it would
        // be 2/3.
        let result = try PixelMetrics.evaluate([
            LabelledMap(
                name: "a", width: 4, height: 2, values: [9, 3, 3, 9, 3, 1, 3, 3], mask: [1, 0, 0, 1, 0, 1, 0, 0],
                isAnomalous: true)
        ])
        #expect(result.aupro[1] == 0.75)
    }

    @Test("-0 and 0 are one threshold")
    func signedZero() throws {
        let result = try PixelMetrics.evaluate([map("a", [0, -0.0], mask: [1, 0], anomalous: true)])
        #expect(result.pixelAUROC == 0.5)
    }

    @Test("Pooled metrics do not depend on the order of images")
    func orderOfImages() throws {
        let maps = GoldenToy.maps
        let forward = try PixelMetrics.evaluate(maps), backward = try PixelMetrics.evaluate(maps.reversed())
        #expect(forward.pixelAUROC == backward.pixelAUROC && forward.pixelAP == backward.pixelAP)
        #expect(abs(try #require(forward.aupro[0.3]) - #require(backward.aupro[0.3])) < 1e-12)
    }

    @Test("AUPIMO is robust to one hot normal pixel")
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
        "Invalid maps are rejected by name",
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
        "Options out of range are rejected",
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

@Suite("Pixel metrics beyond the memory limit")
struct PixelMetricsAccumulatorTests {
    /// 12 maps of 160 x 160, or 307,200 pixels. One mebibyte ranks 65,536 pixels at a time.
    private static let maps: [LabelledMap] = (0..<12).map { image in
        let side = 160
        let isAnomalous = image % 3 == 0
        let mask = (0..<side * side).map { pixel -> UInt8 in
            isAnomalous && (40..<70).contains(pixel / side) && pixel % side % 40 < 20 ? 1 : 0
        }
        let values = (0..<side * side).map { pixel -> Float in
            let draw = Double((7919 * image + 104_729 * pixel + 31 * pixel * pixel) % 10_007) / 10_007
            // Some maps have few distinct values, so that a tie spans many blocks.
            let rounded = image % 4 == 1 ? (draw * 4).rounded(.down) / 4 : draw
            return Float(rounded + 0.4 * Double(mask[pixel]))
        }
        return LabelledMap(
            name: "map \(image)", width: side, height: side, values: values, mask: mask, isAnomalous: isAnomalous)
    }

    @Test("Results do not depend on the memory limit", arguments: [false, true])
    func sameBits(isLinear: Bool) throws {
        var options = PixelMetricsOptions(
            aupimoBounds: 1e-3...1e-1, aupimoThresholds: isLinear ? .linear(count: 5000) : .exact)
        let inMemory = try PixelMetrics.evaluate(Self.maps, options: options)
        options.memoryLimitBytes = 1 << 20
        #expect(try PixelMetrics.evaluate(Self.maps, options: options) == inMemory)
        #expect(inMemory.aupimoUnavailable == nil && inMemory.aupimo.compactMap(\.self).count == 4)
    }

    @Test("Equal values are one tie across many blocks")
    func oneTie() throws {
        var options = PixelMetricsOptions()
        options.memoryLimitBytes = 1 << 20
        let maps = Self.maps.map { map in
            LabelledMap(
                name: map.name, width: map.width, height: map.height,
                values: [Float](repeating: 0.25, count: map.values.count), mask: map.mask, isAnomalous: map.isAnomalous)
        }
        let result = try PixelMetrics.evaluate(maps, options: options)
        #expect(result.pixelAUROC == 0.5)
        #expect(abs(try #require(result.aupro[1]) - 0.5) < 1e-12)
        #expect(result.threshold == 0.25)
    }

    @Test("A limit below one mebibyte is rejected")
    func limit() {
        #expect(throws: MetricsError.self) {
            try PixelMetricsAccumulator(options: PixelMetricsOptions(memoryLimitBytes: (1 << 20) - 1))
        }
    }
}

/// Pixel metrics of maps in memory.
enum PixelMetrics {
    static func evaluate(
        _ maps: [LabelledMap], options: PixelMetricsOptions = PixelMetricsOptions()
    ) throws(MetricsError) -> PixelMetricsResult {
        var accumulator = try PixelMetricsAccumulator(options: options)
        for map in maps { try accumulator.add(map) }
        return try accumulator.result()
    }
}

extension PixelMetricsResult {
    var aupimoMean: Double? { PerImageStatistics(aupimo.compactMap(\.self)).mean }
}
