import Foundation

/// What make_statistics_cases.py wrote down of scipy.stats.
struct StatisticsCases: Decodable {
    struct Wilcoxon: Decodable {
        let differences: [Double]
        let count: Int
        let sum, probability: Double
    }

    struct KolmogorovSmirnov: Decodable {
        let first, second: [Double]
        let statistic, probability: Double
    }

    let wilcoxon: [Wilcoxon]
    let ks: [KolmogorovSmirnov]

    init() throws {
        let file = Bundle.module.bundleURL.appending(path: "statistics_cases.json")
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }
}
