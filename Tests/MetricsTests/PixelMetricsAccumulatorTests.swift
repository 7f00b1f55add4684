import Metrics
import Testing

@Suite("Pixel metrics of maps that are not kept")
struct PixelMetricsAccumulatorTests {
    /// 12 maps of 160 x 160: 307,200 pixels, of which a mebibyte ranks 65,536 at a time.
    private static let maps: [LabelledMap] = (0..<12).map { image in
        let side = 160
        let isAnomalous = image % 3 == 0
        let mask = (0..<side * side).map { pixel -> UInt8 in
            isAnomalous && (40..<70).contains(pixel / side) && pixel % side % 40 < 20 ? 1 : 0
        }
        let values = (0..<side * side).map { pixel -> Float in
            let draw = Double((7919 * image + 104_729 * pixel + 31 * pixel * pixel) % 10_007) / 10_007
            // A few values only in some maps, so that a tie goes over many blocks.
            let rounded = image % 4 == 1 ? (draw * 4).rounded(.down) / 4 : draw
            return Float(rounded + 0.4 * Double(mask[pixel]))
        }
        return LabelledMap(
            name: "map \(image)", width: side, height: side, values: values, mask: mask, isAnomalous: isAnomalous)
    }

    private func result(_ options: PixelMetricsOptions) throws -> PixelMetricsResult {
        var accumulator = try PixelMetricsAccumulator(options: options)
        for map in Self.maps { try accumulator.add(map) }
        return try accumulator.result()
    }

    @Test("the memory limit changes no bit of any figure or curve", arguments: [false, true])
    func sameBits(isLinear: Bool) throws {
        var options = PixelMetricsOptions(
            aupimoBounds: 1e-3...1e-1, aupimoThresholds: isLinear ? .linear(count: 5000) : .exact)
        let inMemory = try result(options)
        options.memoryLimitBytes = 1 << 20
        let spilled = try result(options)
        #expect(spilled == inMemory)
        #expect(try PixelMetrics.evaluate(Self.maps, options: options) == inMemory)
        #expect(inMemory.aupimoUnavailable == nil && inMemory.aupimo.compactMap(\.self).count == 4)
    }

    @Test("values that are all equal are one tie, however many blocks they fill")
    func oneTie() throws {
        var options = PixelMetricsOptions()
        options.memoryLimitBytes = 1 << 20
        var accumulator = try PixelMetricsAccumulator(options: options)
        for map in Self.maps {
            try accumulator.add(
                LabelledMap(
                    name: map.name, width: map.width, height: map.height,
                    values: [Float](repeating: 0.25, count: map.values.count), mask: map.mask,
                    isAnomalous: map.isAnomalous))
        }
        let result = try accumulator.result()
        #expect(result.pixelAUROC == 0.5)
        #expect(abs(try #require(result.aupro[1]) - 0.5) < 1e-12)
        #expect(result.threshold == 0.25)
    }

    @Test("a limit below a mebibyte is refused")
    func limit() {
        #expect(throws: MetricsError.self) {
            try PixelMetricsAccumulator(options: PixelMetricsOptions(memoryLimitBytes: (1 << 20) - 1))
        }
    }
}
