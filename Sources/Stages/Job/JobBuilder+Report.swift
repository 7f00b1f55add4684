import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Reports

extension JobBuilder {
    func reportStage(_ reportCases: [String], recipes: [TrainingRecipe]) -> ReportStage {
        let categories = Set(scans.values.flatMap { $0.map(\.name) })
        /// What the cases have in common, or all that they have.
        func fact(_ label: String, _ value: (TrainingRecipe) -> String) -> Fact {
            var values: [String] = []
            for recipe in recipes where !values.contains(value(recipe)) { values.append(value(recipe)) }
            return Fact(label: label, value: values.joined(separator: "; "))
        }
        return ReportStage(
            title: manifest.name, details: manifest.description, cases: reportCases,
            summary: [
                Fact(label: "Categories", value: "\(categories.count)"),
                fact("Network") { "\($0.architecture.rawValue), base width \($0.baseWidth)" },
                fact("Input") { recipe in
                    let size = "\(recipe.grid.width) x \(recipe.grid.height) pixels"
                    return recipe.grid.isSingle
                        ? size : size + " in tiles of \(recipe.grid.tileWidth) x \(recipe.grid.tileHeight)"
                },
                fact("Training") { "\($0.training.steps) steps of \($0.training.batchSize) images" },
                fact("Corruption") { $0.corruption.model.rawValue }, fact("Seed") { "\($0.training.seed)" },
            ],
            generatedBy: [
                Fact(label: "Nominal", value: NominalVersion.current),
                fact("Engine") { "\($0.engine.kind.rawValue), \($0.engine.precision.rawValue)" },
            ],
            peers: PublishedFigures.beside(categories),
            manifest: JSONSerializer.pretty(manifest.shown))
    }
}
