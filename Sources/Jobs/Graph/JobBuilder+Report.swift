import Manifests
import Pipeline
import Reports
import Stages

extension JobBuilder {
    func reportStage(_ reportCases: [String], recipes: [TrainingRecipe]) -> ReportStage {
        let categories = Set(scans.values.flatMap { $0.map(\.name) })
        /// The distinct values of the cases, in order.
        func fact(_ label: String, _ value: (TrainingRecipe) -> String) -> Fact {
            var values: [String] = []
            for recipe in recipes where !values.contains(value(recipe)) { values.append(value(recipe)) }
            return Fact(label: label, value: values.joined(separator: "; "))
        }
        var summary = [
            Fact(label: "Categories", value: "\(categories.count)"), fact("Detector") { $0.detector.kindName },
            fact("Input") { recipe in
                let size = "\(recipe.grid.width) x \(recipe.grid.height) pixels"
                return recipe.grid.isSingle
                    ? size : size + " in tiles of \(recipe.grid.tileWidth) x \(recipe.grid.tileHeight)"
            },
        ]
        if recipes.contains(where: { $0.detector.backbone != nil }) {
            summary.append(fact("Backbone") { $0.detector.backbone ?? "none" })
        }
        if recipes.contains(where: \.detector.isTrained) {
            summary += [
                fact("Network") { "\($0.architecture.rawValue), base width \($0.baseWidth)" },
                fact("Training") { "\($0.training.steps) steps of \($0.training.batchSize) images" },
                fact("Corruption") { $0.corruption.model.rawValue },
            ]
        }
        summary.append(fact("Seed") { "\($0.training.seed)" })
        return ReportStage(
            title: manifest.name, details: manifest.description, cases: reportCases, summary: summary,
            generatedBy: [
                Fact(label: "Nominal", value: NominalVersion.current),
                fact("Engine") { "\($0.engine.kind.rawValue), \($0.engine.precision.rawValue)" },
            ],
            peers: PublishedFigures.beside(categories),
            manifest: JSONSerializer.pretty(manifest.shown))
    }
}

/// Published results on MVTec AD.
enum PublishedFigures {
    static let mvtecCategories: Set<String> = [
        "bottle", "cable", "capsule", "carpet", "grid", "hazelnut", "leather", "metal_nut", "pill", "screw", "tile",
        "toothbrush", "transistor", "wood", "zipper",
    ]

    /// The published results that compare with a run on these categories: means for a run on all fifteen, results of
    /// single categories for a run on some of them, and none for other data sets.
    static func beside(_ categories: Set<String>) -> [PublishedFigure] {
        guard !categories.isEmpty, categories.isSubset(of: mvtecCategories) else { return [] }
        if categories == mvtecCategories { return means }
        return single.filter { categories.contains($0.category) }.map(\.figure)
    }

    private static let means = [
        PublishedFigure(
            name: "SSAE", imageAUROC: 0.998, pixelAUROC: 0.992,
            source: "Bauer, Nakajima and Müller, Mathematics 12 (2024) 3988, abstract; mean over 15 categories"),
        PublishedFigure(
            name: "SSAE, follow-up", imageAUROC: 0.999, pixelAUROC: 0.994,
            source: "arXiv 2511.07233, abstract; mean over 15 categories"),
        PublishedFigure(
            name: "NSA", imageAUROC: 0.972, pixelAUROC: 0.963,
            furtherMetrics: [Metric(name: "AU-PRO 0.3", value: 0.910)],
            source: "arXiv 2109.15222, AU-PRO from its notebook; mean over 15 categories"),
        PublishedFigure(
            name: "DRAEM", imageAUROC: 0.981, pixelAUROC: 0.975,
            furtherMetrics: [Metric(name: "Pixel AP", value: 0.689)],
            source: "README of VitjanZ/DRAEM; mean over 15 categories"),
        PublishedFigure(
            name: "DRAEM + SSPCAB", imageAUROC: 0.989, pixelAUROC: 0.972,
            source: "Ristea et al., CVPR 2022; mean over 15 categories"),
        PublishedFigure(
            name: "PatchCore WR50", imageAUROC: 0.992, pixelAUROC: 0.981,
            furtherMetrics: [Metric(name: "AU-PRO 0.3", value: 0.944), Metric(name: "AUPIMO", value: 0.672)],
            source:
                "README of amazon-science/patchcore-inspection, AUPIMO from jpcbertoldo/aupimo; mean over 15 categories"
        ),
        PublishedFigure(
            name: "EfficientAD-S", imageAUROC: 0.990, pixelAUROC: nil,
            furtherMetrics: [Metric(name: "AU-PRO 0.3", value: 0.933), Metric(name: "AUPIMO", value: 0.648)],
            source: "nelson1425/EfficientAD, AUPIMO from jpcbertoldo/aupimo; mean over 15 categories"),
        PublishedFigure(
            name: "PaDiM R18", imageAUROC: nil, pixelAUROC: nil, furtherMetrics: [Metric(name: "AUPIMO", value: 0.258)],
            source: "jpcbertoldo/aupimo; mean over 15 categories"),
    ]

    private static let single = [
        (
            category: "screw",
            figure: PublishedFigure(
                name: "NSA", imageAUROC: 0.902, pixelAUROC: 0.965, source: "arXiv 2109.15222; screw")
        ),
        (
            category: "toothbrush",
            figure: PublishedFigure(
                name: "NSA", imageAUROC: 1, pixelAUROC: 0.949, source: "arXiv 2109.15222; toothbrush")
        ),
    ]
}
