import Foundation

/// What make_metrics_cases.py computed for one `PortableCase`. Missing keys: no image has a labelled pixel.
struct ReferenceCase: Decodable {
    let `case`: Int
    let sum: Double
    let auroc: Double?
    let ap: Double?
    let f1: Double?
    let threshold: Double?
    let aupro: [Double]?
    /// Nil where the lower bound is not reached.
    let aupimo: [Double?]?
    let aupimoLinear: [Double?]?

    static func all() throws -> [ReferenceCase] {
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/metrics_cases.json")
        return try JSONDecoder().decode([ReferenceCase].self, from: Data(contentsOf: file))
    }
}
