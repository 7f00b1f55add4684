import Foundation
import Metrics
import Testing

/// Checks that two values agree within 1e-8, or that both are missing.
private func expectEqual(_ value: Double?, _ expected: Double?, _ context: String) {
    guard let value, let expected else {
        #expect(value == nil && expected == nil, "\(context)")
        return
    }
    #expect(abs(value - expected) <= 1e-8, "\(context): \(value), expected \(expected)")
}

@Suite("200 random test sets against a plain reference in numpy")
struct ReferenceCaseTests {
    private let linear = PixelMetricsOptions(aupimoBounds: 0.02...0.2, aupimoThresholds: .linear(count: 500))
    private let exact = PixelMetricsOptions(aupimoBounds: 0.02...0.2)

    @Test("Every metric agrees within 1e-8")
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

    @Test("Image-level metrics equal pixel-level metrics if every pixel is a sample")
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

    private func expectSame(_ result: PixelMetricsResult, _ expected: [Double?]?, _ context: String) {
        #expect((result.aupimoUnavailable == nil) == (expected != nil), "\(context)")
        for (value, expected) in zip(result.aupimo, expected ?? []) { expectEqual(value, expected, context) }
    }
}

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

    @Test("Every metric agrees within 1e-8")
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
        "A rate exactly at the limit of AU-PRO ends the area at its first point, as in MVTec's evaluation")
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
}

/// The result of make_metrics_cases.py for one `PortableCase`. Keys are missing if no image has a labelled pixel.
struct ReferenceCase: Decodable {
    let `case`: Int
    let sum: Double
    let auroc: Double?
    let ap: Double?
    let f1: Double?
    let threshold: Double?
    let aupro: [Double]?
    /// Nil if the lower bound is not reached.
    let aupimo: [Double?]?
    let aupimoLinear: [Double?]?

    static func all() throws -> [ReferenceCase] {
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/metrics_cases.json")
        return try JSONDecoder().decode([ReferenceCase].self, from: Data(contentsOf: file))
    }
}

/// The results of the reference in numpy and scipy, from make_reference_cases.py.
struct PublishedReference: Decodable {
    struct Case: Decodable {
        let `case`: Int
        let sum: Double
        /// Missing, like all following keys, if no image has a labelled pixel.
        let imageAUROC, auroc, ap, f1, threshold: Double?
        /// Up to 0.05, 0.3 and 1.
        let aupro: [Double]?
        /// The value of the reference, keyed by the index of the limit, where it uses another point at the limit.
        let auproOfReference: [String: Double]?
        /// With 500 linear thresholds; nil if they do not reach the bounds.
        let aupimo: [Double?]?
        /// True if two thresholds are equally near a bound of AUPIMO, so that rounding decides.
        let aupimoIsTied: Bool?
    }

    let script: String
    let seed: UInt64
    let cases: [Case]

    init() throws {
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/reference_cases.json")
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }
}

/// A pseudorandom test set in exact arithmetic, identical to `maps_of_case` in make_metrics_cases.py.
struct PortableCase {
    let maps: [LabelledMap]

    init(_ number: Int, seed: UInt64 = 20_240_607) {
        var random = SplitMix64(state: seed + UInt64(number))
        let width = 6 + random.below(8), height = 6 + random.below(8), count = 3 + random.below(4)
        maps = (0..<count).map { image in
            var mask = [UInt8](repeating: 0, count: width * height)
            if image % 2 == 1 {
                for _ in 0..<random.below(4) {
                    let x = random.below(width), y = random.below(height)
                    let bottom = min(height, y + 1 + random.below(4)), right = min(width, x + 1 + random.below(4))
                    for row in y..<bottom {
                        for column in x..<right { mask[row * width + column] = 1 }
                    }
                }
            }
            let values = mask.map { label in
                let base = random.below(1 << 20)
                return Self.value(base + Int(label) * random.below(1 << 19), kind: number % 5)
            }
            return LabelledMap(
                name: "case \(number), image \(image)", width: width, height: height, values: values, mask: mask,
                isAnomalous: mask.contains(1))
        }
    }

    private static func value(_ draw: Int, kind: Int) -> Float {
        switch kind {
        case 0: Float(Double(draw) * 0x1p-20)
        case 1: Float(draw >> 16)
        case 2: Float(Double(draw) * 0x1p-19 - 1)
        case 3: Float(1e6 + Double(draw) / 16)
        default: Float(Double(draw) * -0x1p-40)
        }
    }
}

private struct SplitMix64 {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) >> 33) % bound
    }
}
