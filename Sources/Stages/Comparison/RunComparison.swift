import Metrics
import Statistics

/// Two runs beside each other: how their figures differ, how much of that is chance, and what they were made from.
///
/// Pairs are images that both runs have scored, by category and file, whose bytes are the same where both runs know them.
public struct RunComparison: Codable, Sendable {
    /// One figure of both runs; nil where it is not defined.
    public struct Figure: Codable, Sendable {
        public var name: String
        public var first, second: Double?
    }

    /// The difference of image AUROC over the pairs.
    public struct AUROC: Codable, Sendable {
        public var first, second, difference: Double
        /// Between these lie 95 % of the differences over images drawn anew; see `PairedAUROC`.
        public var lower, upper: Double
    }

    /// The AUPIMO of the pairs, by Wilcoxon's signed-rank test.
    public struct AUPIMO: Codable, Sendable {
        public var pairs: Int
        /// Of the second less the first.
        public var medianDifference: Double
        /// How many images the second run does better, and how many worse.
        public var better, worse: Int
        public var probability: Double
        /// Corrected after Holm for the categories that are compared.
        public var correctedProbability: Double
        public var isExact: Bool
    }

    public struct Category: Codable, Sendable {
        public var name: String
        public var figures: [Figure]
        /// Test images of both runs, and those of one alone or whose files differ.
        public var pairs, onlyFirst, onlySecond, changed: Int
        /// Nil where a class is missing.
        public var auroc: AUROC?
        /// Nil where no pair has an AUPIMO in both runs, or a run does not tell.
        public var aupimo: AUPIMO?
    }

    public var first, second: String
    /// Those that both runs have, by name.
    public var categories: [Category]
    /// Categories of one run alone.
    public var onlyFirst, onlySecond: [String]
    /// Nil where a run does not tell what it was made from.
    public var differences: RunDifferences?

    /// - Throws: `ComparisonError.noCommonCategory`.
    public init(_ first: RunFolder, _ second: RunFolder) throws(ComparisonError) {
        (self.first, self.second) = (first.path, second.path)
        let names = [first, second].map { Set($0.metrics.categories.keys) }
        let common = names[0].intersection(names[1]).sorted()
        guard !common.isEmpty else {
            throw .noCommonCategory(
                first: first.path, firstNames: names[0].sorted(), second: second.path, secondNames: names[1].sorted())
        }
        (onlyFirst, onlySecond) = (names[0].subtracting(common).sorted(), names[1].subtracting(common).sorted())
        categories = common.map { Self.category($0, first, second) }
        let corrected = HolmCorrection.adjusted(categories.compactMap { $0.aupimo?.probability })
        var next = 0
        for index in categories.indices where categories[index].aupimo != nil {
            categories[index].aupimo?.correctedProbability = corrected[next]
            next += 1
        }
        if let a = first.record, let b = second.record {
            differences = RunDifferences(a, b, cases: common)
        }
    }

    private static func category(_ name: String, _ first: RunFolder, _ second: RunFolder) -> Category {
        let pairs = ImagePairs(name, first, second)
        let figures = FigureName.allCases.map { figure in
            Figure(
                name: figure.rawValue, first: first.metrics.categories[name].flatMap(figure.value),
                second: second.metrics.categories[name].flatMap(figure.value))
        }
        let labelled = pairs.pairs.filter { $0.isAnomalous != nil }
        let auroc = PairedAUROC(
            labelled.map(\.first), labelled.map(\.second), labels: labelled.map { $0.isAnomalous == true })
        return Category(
            name: name, figures: figures, pairs: pairs.pairs.count, onlyFirst: pairs.onlyFirst,
            onlySecond: pairs.onlySecond, changed: pairs.changed,
            auroc: auroc.map {
                AUROC(
                    first: $0.first, second: $0.second, difference: $0.difference, lower: $0.interval.lowerBound,
                    upper: $0.interval.upperBound)
            }, aupimo: aupimo(pairs))
    }

    private static func aupimo(_ pairs: ImagePairs) -> AUPIMO? {
        let differences = pairs.pairs.compactMap { pair in
            pair.firstAUPIMO.flatMap { first in pair.secondAUPIMO.map { $0 - first } }
        }.sorted()
        guard !differences.isEmpty else { return nil }
        let test = WilcoxonSignedRank(differences)
        let middle = differences[(differences.count - 1) / 2] + differences[differences.count / 2]
        return AUPIMO(
            pairs: differences.count, medianDifference: middle / 2, better: differences.count { $0 > 0 },
            worse: differences.count { $0 < 0 }, probability: test.probability,
            correctedProbability: test.probability, isExact: test.isExact)
    }

    /// The figures that are compared, by their keys in `metrics.json`.
    enum FigureName: String, CaseIterable {
        case imageAUROC, imageAP, pixelAUROC, pixelAP
        case aupro = "aupro.0.3"
        case aupimo = "aupimo.mean"

        func value(_ metrics: DetectionMetrics) -> Double? {
            switch self {
            case .imageAUROC: metrics.imageAUROC
            case .imageAP: metrics.imageAP
            case .pixelAUROC: metrics.pixelAUROC
            case .pixelAP: metrics.pixelAP
            case .aupro: metrics.aupro.at03
            case .aupimo: metrics.aupimo.mean
            }
        }
    }
}
