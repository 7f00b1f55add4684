import ContentStore
import Pipeline

/// Writes down what a run was made from: `run.json`.
struct RunRecordStage: Stage {
    static let name = "record"
    static let version = 1

    struct Case: Codable, Equatable, Sendable, NamedSetting {
        var name, category: String
        /// See `RunRecord.Case`.
        var parameters: [String: String]

        var settingName: String { name }
    }

    var title: String
    var nominal = NominalVersion.current
    var numerics = Job.numerics
    var cases: [Case]
    /// Versions by the names of the stages.
    var stages: [String: Int]

    var outputs: [String] { ["run.json"] }

    func run(_ context: TaskContext) throws {
        var record = RunRecord(
            name: title, nominal: nominal, numerics: numerics, stages: stages, cases: [:])
        for (number, known) in cases.enumerated() {
            var item = RunRecord.Case(
                category: known.category, parameters: known.parameters, train: [:], test: [:],
                textures: context.hasInput("textures.\(number)") ? context.inputDigest("textures.\(number)") : nil,
                model: context.inputDigest("model.\(number)"),
                aupimo: try context.readJSON(CategoryMetrics.self, "metrics.\(number)").aupimo)
            for input in context.inputs(startingWith: "images.\(number).") {
                for entry in try context.readJSON(ImageIndex.self, input).entries
                where entry.rejection == nil {
                    switch entry.split {
                    case .train: item.train[entry.file] = entry.source
                    case .test: item.test[entry.file] = RunRecord.Image(image: entry.source, mask: entry.mask)
                    }
                }
            }
            record.cases[known.name] = item
        }
        try context.write(try StageJSON.pretty(record), to: "run.json")
    }
}
