import ContentStore
import Pipeline

/// `run.json`: the origin of a run, for comparisons. It contains no time or host, and only the paths of
/// `JobManifest.shown`.
package struct RunRecord: Codable, Equatable, Sendable {
    /// History: 1 = first.
    package static let version = 1

    package var format = RunRecord.version
    package var name: String
    /// The versions of the program, of the numerics and of each stage.
    package var nominal: String
    package var numerics: Int
    package var stages: [String: Int]
    /// The cases, by their names in `metrics.json`.
    package var cases: [String: Case]

    package struct Case: Codable, Equatable, Sendable {
        package var category: String
        /// The values of the resolved manifest as JSON, by JSON Pointer.
        package var parameters: [String: String]
        /// The digests of the normal images, by file.
        package var train: [String: Digest]
        package var test: [String: Image]
        /// The digest of all foreign textures.
        package var textures: Digest?
        package var model: Digest
        /// AUPIMO by file; images without labelled pixels have none.
        package var aupimo: [String: Double]
    }

    package struct Image: Codable, Equatable, Sendable {
        package var image: Digest
        package var mask: Digest?
    }
}

/// Writes `run.json`, the record of the origin of a run.
package struct RunRecordStage: Stage {
    package static let name = "record"
    package static let version = 1

    package struct Case: Codable, Equatable, Sendable, NamedSetting {
        var name, category: String
        /// See `RunRecord.Case`.
        var parameters: [String: String]

        package init(name: String, category: String, parameters: [String: String]) {
            (self.name, self.category, self.parameters) = (name, category, parameters)
        }

        package var settingName: String { name }
    }

    var title: String
    var nominal = NominalVersion.current
    var numerics = NominalVersion.numerics
    var cases: [Case]
    /// Versions by the names of the stages.
    var stages: [String: Int]

    package init(
        title: String, nominal: String = NominalVersion.current, numerics: Int = NominalVersion.numerics,
        cases: [Case], stages: [String: Int]
    ) {
        (self.title, self.nominal, self.numerics) = (title, nominal, numerics)
        (self.cases, self.stages) = (cases, stages)
    }

    package var outputs: [String] { ["run.json"] }

    package func run(_ context: TaskContext) throws {
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
