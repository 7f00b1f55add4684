import Metrics
import Reports
import Statistics
import Wording

/// The comparison of two runs: their metrics, the statistical significance of the differences, and their origins.
///
/// Pairs are images that both runs scored, matched by category and file. Images whose bytes are known to differ are
/// excluded.
package struct RunComparison: Codable, Sendable {
    /// One metric of both runs; nil where it is undefined.
    package typealias Figure = ComparisonReport.Figure

    /// The difference of image AUROC over the pairs.
    package struct AUROC: Codable, Sendable {
        package var first, second, difference: Double
        /// The bootstrap 95 % confidence interval of the difference; see `PairedAUROC`.
        package var lower, upper: Double
    }

    /// Wilcoxon's signed-rank test on the AUPIMO of the pairs.
    package struct AUPIMO: Codable, Sendable {
        package var pairs: Int
        /// The median of second minus first.
        package var medianDifference: Double
        /// The numbers of images on which the second run is better, and worse.
        package var better, worse: Int
        package var probability: Double
        /// Holm-corrected over the compared categories.
        package var correctedProbability: Double
        package var isExact: Bool
    }

    package struct Category: Codable, Sendable {
        package var name: String
        package var figures: [Figure]
        /// The numbers of test images in both runs, in one run only, and with different files.
        package var pairs, onlyFirst, onlySecond, changed: Int
        /// Nil if a class is missing.
        package var auroc: AUROC?
        /// Nil if no pair has an AUPIMO in both runs.
        package var aupimo: AUPIMO?
    }

    package var first, second: String
    /// The categories of both runs, sorted by name.
    package var categories: [Category]
    /// The categories of one run only.
    package var onlyFirst, onlySecond: [String]
    /// Nil if a run has no `run.json`.
    package var differences: RunDifferences?

    /// - Throws: `ComparisonError.noCommonCategory`.
    package init(_ first: RunFolder, _ second: RunFolder) throws(ComparisonError) {
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

    /// The compared metrics, by their keys in `metrics.json`.
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

extension RunComparison {
    /// The page of comparisons with one run, a pure function of these.
    package static func page(_ comparisons: [RunComparison]) -> String {
        ComparisonPage.render(
            ComparisonReport(first: comparisons.first?.first ?? "", comparisons: comparisons.map(\.report)))
    }

    private var report: ComparisonReport.Comparison {
        ComparisonReport.Comparison(
            second: second,
            categories: categories.map { category in
                ComparisonReport.Category(
                    name: category.name, pairs: category.pairs, figures: category.figures,
                    aurocDifference: category.auroc?.difference,
                    aurocInterval: category.auroc.map { $0.lower...$0.upper },
                    aupimoDifference: category.aupimo?.medianDifference,
                    aupimoProbability: category.aupimo?.correctedProbability)
            }, origin: differences?.rows)
    }
}

extension RunDifferences {
    /// The rows of the page's table: kind, name, before, after.
    fileprivate var rows: [[String]] {
        var rows: [[String]] = []
        for item in data {
            for (name, files) in [("normal images", item.train), ("test images", item.test)] {
                for (word, names) in [("added", files.added), ("removed", files.removed), ("changed", files.changed)]
                where !names.isEmpty {
                    rows.append(
                        ["Data", "\(item.category): \(names.count) \(name) \(word)", "", names.listed(atMost: 20)])
                }
            }
            if item.haveOtherTextures { rows.append(["Data", "\(item.category): other foreign textures", "", ""]) }
        }
        for (kind, changes) in [("Parameter", parameters), ("Code", code)] {
            for change in changes {
                let whose = change.categories.isEmpty ? "" : " (\(change.categories.joined(separator: ", ")))"
                rows.append([kind, change.name + whose, change.first ?? "(absent)", change.second ?? "(absent)"])
            }
        }
        return rows
    }
}

/// The test images of one category that two runs share.
struct ImagePairs {
    struct Pair {
        var first, second: Float
        /// Nil for images that are unlabelled in a run, or labelled differently.
        var isAnomalous: Bool?
        var firstAUPIMO, secondAUPIMO: Double?
    }

    /// Sorted by file.
    var pairs: [Pair] = []
    /// The numbers of images in one run only.
    var onlyFirst = 0, onlySecond = 0
    /// The number of images excluded because their file or mask differs.
    var changed = 0

    init(_ category: String, _ first: RunFolder, _ second: RunFolder) {
        func scores(_ run: RunFolder) -> [String: RunFolder.Score] {
            let own = run.scores.filter { $0.category == category }.map { ($0.image, $0) }
            return Dictionary(own) { first, _ in first }
        }
        let (a, b) = (scores(first), scores(second))
        let (caseA, caseB) = (first.record?.cases[category], second.record?.cases[category])
        onlyFirst = a.keys.count { b[$0] == nil }
        onlySecond = b.keys.count { a[$0] == nil }
        for (file, one) in a.sorted(by: { $0.key < $1.key }) {
            guard let other = b[file] else { continue }
            if let caseA, let caseB, caseA.test[file] != caseB.test[file] {
                changed += 1
                continue
            }
            let label = one.label == other.label ? one.label : nil
            pairs.append(
                Pair(
                    first: one.score, second: other.score, isAnomalous: label.map { $0 == "anomalous" },
                    firstAUPIMO: caseA?.aupimo[file], secondAUPIMO: caseB?.aupimo[file]))
        }
    }
}
