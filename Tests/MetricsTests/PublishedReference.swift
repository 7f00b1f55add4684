import Foundation

/// What make_reference_cases.py wrote down of the slow reference in numpy and scipy.
struct PublishedReference: Decodable {
    struct Case: Decodable {
        let `case`: Int
        let sum: Double
        /// Missing, as is all that follows, where no image has a labelled pixel.
        let imageAUROC, auroc, ap, f1, threshold: Double?
        /// Up to 0.05, 0.3 and 1.
        let aupro: [Double]?
        /// Where the reference takes another point at the limit, by the index of the limit: what it says.
        let auproOfReference: [String: Double]?
        /// At 500 linear thresholds; nil where they do not reach the bounds.
        let aupimo: [Double?]?
        /// Whether two thresholds are equally near a bound of AUPIMO, so that rounding chooses.
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
