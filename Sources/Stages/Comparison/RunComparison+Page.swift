import Reports

extension RunComparison {
    /// The page that shows comparisons with one run; equal comparisons give equal text.
    public static func page(_ comparisons: [RunComparison]) -> String {
        ComparisonPage.render(
            ComparisonReport(first: comparisons.first?.first ?? "", comparisons: comparisons.map(\.report)))
    }

    private var report: ComparisonReport.Comparison {
        ComparisonReport.Comparison(
            second: second,
            categories: categories.map { category in
                ComparisonReport.Category(
                    name: category.name, pairs: category.pairs,
                    figures: category.figures.map {
                        ComparisonReport.Figure(name: $0.name, first: $0.first, second: $0.second)
                    }, aurocDifference: category.auroc?.difference,
                    aurocInterval: category.auroc.map { $0.lower...$0.upper },
                    aupimoDifference: category.aupimo?.medianDifference,
                    aupimoProbability: category.aupimo?.correctedProbability)
            }, origin: differences?.rows)
    }
}

extension RunDifferences {
    /// What, where, before and after.
    fileprivate var rows: [[String]] {
        var rows: [[String]] = []
        for item in data {
            for (name, files) in [("normal images", item.train), ("test images", item.test)] {
                for (word, names) in [("added", files.added), ("removed", files.removed), ("changed", files.changed)]
                where !names.isEmpty {
                    let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", ..." : "")
                    rows.append(["Data", "\(item.category): \(names.count) \(name) \(word)", "", shown])
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
