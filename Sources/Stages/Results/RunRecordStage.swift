import ContentStore
import Pipeline

/// Writes down what a run was made from: `run.json`.
struct RunRecordStage: Stage {
    static let name = "record"
    static let version = 1

    /// What is known of a case before it runs.
    struct Case: Sendable {
        var name, category: String
        /// See `RunRecord.Case`.
        var parameters: [String: String]
        /// Inputs that hold ingested images.
        var imageCount: Int
    }

    var title: String
    var cases: [Case]
    /// Versions by the names of the stages.
    var stages: [String: Int]

    let outputs = ["run.json"]

    var parameters: [KeyPart] {
        func texts(_ values: [String: String]) -> KeyValue {
            .record(values.sorted { $0.key < $1.key }.map { KeyPart($0.key, $0.value) })
        }
        return [
            KeyPart("title", title), KeyPart("nominal", NominalVersion.current),
            KeyPart("stages", texts(stages.mapValues { "\($0)" })),
            KeyPart(
                "cases",
                .record(
                    cases.map { KeyPart($0.name, .list([.text($0.category), texts($0.parameters)])) })),
        ]
    }

    func run(_ context: TaskContext) throws {
        var record = RunRecord(
            name: title, nominal: NominalVersion.current, numerics: Job.numerics, stages: stages, cases: [:])
        for (number, known) in cases.enumerated() {
            var item = RunRecord.Case(
                category: known.category, parameters: known.parameters, train: [:], test: [:],
                textures: context.hasInput("textures.\(number)") ? context.inputDigest("textures.\(number)") : nil,
                model: context.inputDigest("model.\(number)"),
                aupimo: try context.readJSON(CategoryMetrics.self, "metrics.\(number)").aupimo)
            for part in 0..<known.imageCount {
                for entry in try context.readJSON(ImageIndex.self, "images.\(number).\(part)").entries
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
