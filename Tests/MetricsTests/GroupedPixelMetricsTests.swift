import Foundation
import SeededRandom
import Testing

@testable import Metrics

@Suite("Pixel metrics of several groups against the same normal images")
struct GroupedPixelMetricsTests {
    private struct Map {
        var values: [Float]
        var mask: [UInt8]
        var group: Int
    }

    /// Maps of 8 x 8 pixels; coarse values have many ties.
    private static func maps(_ count: Int, groups: Int, isCoarse: Bool, seed: UInt64) -> [Map] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { number in
            let mask = (0..<64).map { _ in UInt8(generator.chance(0.2) ? 1 : 0) }
            let values = mask.map { label in
                let value = generator.normal() + Float(label)
                return isCoarse ? (value * 2).rounded() / 2 : value
            }
            return Map(values: values, mask: mask, group: number % groups)
        }
    }

    private static func reference(_ normal: [Map], _ anomalous: [Map]) throws -> PixelMetricsResult {
        var metrics = try PixelMetricsAccumulator()
        for map in normal {
            try metrics.add(
                LabelledMap(name: "", width: 8, height: 8, values: map.values, mask: nil, isAnomalous: false))
        }
        for map in anomalous {
            try metrics.add(
                LabelledMap(name: "", width: 8, height: 8, values: map.values, mask: map.mask, isAnomalous: true))
        }
        return try metrics.result()
    }

    @Test(
        "equal those of each group alone, and of all, in memory or in a file", arguments: [true, false],
        [1 << 12, 1 << 24])
    func equal(isCoarse: Bool, memory: Int) throws {
        for seed in UInt64(1)...8 {
            let normal = Self.maps(Int(seed % 3) * 4, groups: 1, isCoarse: isCoarse, seed: 100 + seed)
            let anomalous = Self.maps(14, groups: 3, isCoarse: isCoarse, seed: seed)
            var metrics = GroupedPixelMetrics(
                groups: 3, memoryLimitBytes: memory, scratchFolder: NSTemporaryDirectory(), expectedPixels: 0)
            // Any order of the maps gives the same figures.
            func add(_ map: Map) throws { try metrics.add(map.values, mask: map.mask, width: 8, group: map.group) }
            for map in anomalous.prefix(5) { try add(map) }
            for map in normal { try metrics.addNormal(map.values) }
            for map in anomalous.dropFirst(5) { try add(map) }
            let found = try metrics.result()
            let all = try Self.reference(normal, anomalous)
            #expect(found.all.auroc == all.pixelAUROC && found.all.averagePrecision == all.pixelAP)
            for group in 0..<3 {
                let alone = try Self.reference(normal, anomalous.filter { $0.group == group })
                #expect(found.groups[group].auroc == alone.pixelAUROC)
                #expect(found.groups[group].averagePrecision == alone.pixelAP)
                let aupro = try #require(found.groups[group].aupro)
                let expected = try #require(alone.aupro[GroupedPixelMetrics.overlapLimit])
                #expect(abs(aupro - expected) < 1e-12)
            }
        }
    }

    @Test("Pixels outside of a region do not count")
    func region() throws {
        func figures(_ values: [Float], _ mask: [UInt8], width: Int, region: [UInt8]?) throws
            -> GroupedPixelMetrics.Figures
        {
            var metrics = GroupedPixelMetrics(
                groups: 1, memoryLimitBytes: 1 << 20, scratchFolder: NSTemporaryDirectory(), expectedPixels: 0)
            try metrics.addNormal([1, 2])
            try metrics.add(values, mask: mask, width: width, group: 0, region: region)
            return try metrics.result().all
        }
        let restricted = try figures([9, 0, 3, 2, 5, 9], [0, 0, 1, 0, 1, 0], width: 3, region: [0, 1, 1, 1, 1, 0])
        #expect(restricted == (try figures([0, 3, 2, 5], [0, 1, 0, 1], width: 2, region: nil)))
    }

    @Test("A group without labelled pixels has no figures, and a value that is not finite is an error")
    func undefined() throws {
        var metrics = GroupedPixelMetrics(
            groups: 2, memoryLimitBytes: 1 << 20, scratchFolder: NSTemporaryDirectory(), expectedPixels: 0)
        try metrics.addNormal([1, 2])
        try metrics.add([3, 4], mask: [0, 1], width: 2, group: 1)
        #expect(throws: MetricsError.self) { try metrics.addNormal([.nan]) }
        #expect(throws: MetricsError.self) { try metrics.add([1, 2], mask: [1], width: 2, group: 0) }
        let found = try metrics.result()
        #expect(found.groups[0] == .init(auroc: nil, averagePrecision: nil, aupro: nil))
        #expect(found.groups[1] == .init(auroc: 1, averagePrecision: 1, aupro: 1))
    }
}
