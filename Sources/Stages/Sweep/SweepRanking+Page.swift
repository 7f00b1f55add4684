import Manifests
import Reports

extension SweepRanking {
    /// `sweep.html`.
    ///
    /// - Parameter text: of the sweep's manifest, for the end of the page.
    func page(_ text: String) -> String {
        let rows = trials.map { trial in
            SweepReport.Trial(
                name: trial.trial.name, rank: trial.rank, values: trial.trial.values.map(\.readable),
                criterion: trial.criterion, seedSpread: trial.seedSpread, categorySpread: trial.categorySpread,
                failure: trial.failure, imageAUROC: trial.record.imageAUROC, pixelAUROC: trial.record.pixelAUROC)
        }
        let categories = Set((trials.first?.cases ?? []).map(\.category))
        return SweepPage.render(
            SweepReport(
                title: manifest.name, description: manifest.description.isEmpty ? nil : manifest.description,
                summary: [
                    Fact(label: "Job", value: manifest.job.name), Fact(label: "Search", value: method),
                    Fact(label: "Trials", value: "\(trials.count)"),
                    Fact(label: "Categories", value: "\(categories.count)"),
                    Fact(label: "Seeds", value: manifest.seeds.map { "\($0)" }.joined(separator: ", ")),
                ],
                generatedBy: [Fact(label: "Nominal", value: NominalVersion.current)],
                parameters: manifest.parameters.enumerated().map { parameter($1, at: $0) }, trials: rows,
                caution: caution, recordNote: SweepRanking.recordNote, manifest: text))
    }

    private var method: String {
        switch manifest.search {
        case .grid: "grid"
        case .random(let samples, let seed): "random, \(samples) samples, seed \(seed)"
        }
    }

    /// Numbers have an axis of their own; among other values each has a place.
    private func parameter(_ parameter: SweepParameter, at index: Int) -> SweepReport.Parameter {
        let numbers = trials.map { $0.trial.values[index].double }
        var isLogarithmic: Bool?
        if case .range(let range) = parameter.choices { isLogarithmic = range.isLogarithmic }
        return SweepReport.Parameter(
            name: parameter.pointer.description, isNumeric: numbers.allSatisfy { $0 != nil },
            isLogarithmic: isLogarithmic)
    }
}
