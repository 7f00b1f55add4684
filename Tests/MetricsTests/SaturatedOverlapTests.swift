import Foundation
import Testing

@testable import Metrics

@Suite("Saturated per-region overlap")
struct SaturatedOverlapTests {
    /// A test set with areas from numpy; see Fixtures/make_spro_cases.py.
    private struct Case: Decodable {
        struct Region: Decodable {
            var mask: [UInt8]
            var saturation: Int
        }
        struct Image: Decodable {
            var values: [Float]
            var regions: [Region]
        }
        var normals: [[Float]]
        var kinds: [[Image]]
        var expected: [[String: Double]]
    }

    @Test(
        "equals a threshold by threshold computation with numpy, in memory and with a scratch file",
        arguments: [1 << 20, 1])
    func reference(_ memoryLimitBytes: Int) throws {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/spro_cases", withExtension: "json"))
        for known in try JSONDecoder().decode([Case].self, from: Data(contentsOf: file)) {
            var overlap = SaturatedOverlap(
                kinds: known.kinds.count, memoryLimitBytes: memoryLimitBytes,
                scratchFolder: FileManager.default.temporaryDirectory.path)
            for normal in known.normals { try overlap.addNormal(normal) }
            for (kind, images) in known.kinds.enumerated() {
                for image in images {
                    try overlap.add(
                        image.values,
                        regions: image.regions.map { .init(mask: $0.mask, saturationPixels: $0.saturation) }, kind: kind
                    )
                }
            }
            for (areas, expected) in zip(try overlap.result(), known.expected) {
                #expect(areas.count == expected.count)
                for (limit, area) in areas {
                    let known = expected[limit == 1 ? "1" : "\(limit)"] ?? -1
                    #expect(abs(area - known) < 1e-9)
                }
            }
        }
    }

    @Test("A region counts as found at its saturation area, however large it is")
    func saturation() throws {
        var overlap = SaturatedOverlap(kinds: 1, memoryLimitBytes: 1 << 16, scratchFolder: "/tmp")
        try overlap.addNormal([0, 0, 0, 0])
        try overlap.add(
            [1, 1, 0, 0], regions: [.init(mask: [1, 1, 1, 1], saturationPixels: 2)], kind: 0)
        #expect(try overlap.result()[0] == [0.01: 1, 0.05: 1, 0.1: 1, 0.3: 1, 1: 1])
    }

    @Test("A kind without regions has no area")
    func undefined() throws {
        var overlap = SaturatedOverlap(kinds: 1, memoryLimitBytes: 1 << 16, scratchFolder: "/tmp")
        try overlap.addNormal([0, 1])
        #expect(try overlap.result() == [[:]])
    }

    @Test("The score of a part is the highest of its views, and one anomalous view makes it anomalous")
    func parts() throws {
        var evaluation = try TestSetEvaluation()
        let views: [(String, Bool, Float)] = [
            ("a", false, 1), ("a", true, 5), ("b", false, 2), ("b", false, 4), ("c", false, 6), ("d", true, 7),
        ]
        for (number, view) in views.enumerated() {
            try evaluation.addWithoutMap(name: "\(number)", isAnomalous: view.1, score: view.2)
            evaluation.add(part: view.0, isAnomalous: view.1, score: view.2)
        }
        let parts = try #require(try evaluation.result().metrics.parts)
        // Parts: a 5 and d 7 are anomalous, b 4 and c 6 are normal; 3 of 4 pairs are in order.
        #expect(parts.anomalous == 2 && parts.normal == 2)
        #expect(parts.auroc == 0.75)
        let averagePrecision = try #require(parts.averagePrecision)
        #expect(abs(averagePrecision - 5.0 / 6) < 1e-12)
    }
}
