import ContentStore
import Datasets
import Folders
import Manifests
import Metrics
import Privacy
import Reports
import Stages

extension SweepRanking {
    /// Writes `sweep.json`, `sweep.csv` and `sweep.html`, and `best.json` if there is a best trial, with the program of
    /// an external detector beside it.
    ///
    /// - Parameter folder: an existing folder; other files in it are not touched.
    /// - Returns: the number of changed files.
    /// - Throws: `StoreError`.
    package func write(to folder: String) throws -> Int {
        let kept = try kept()
        var files = [
            ("sweep.json", JSONSerializer.pretty(kept.json)), ("sweep.csv", kept.table),
            ("sweep.html", kept.page(keptManifest)),
        ]
        if let best {
            let place = ManifestPath(folder, relativeTo: ".").absolute
            files.append(("best.json", try manifest.winner(best.trial, of: trials.count, in: place)))
        }
        var written = try best.map { try copyProgram(of: $0.trial, to: folder) } ?? 0
        for (name, text) in files
        where try AtomicFile.write(Array(text.utf8), to: folder + "/" + name, onlyIfChanged: true) {
            written += 1
        }
        return written
    }

    /// Copies the files of the trial's detector, which a manifest names relative to its own folder.
    ///
    /// - Returns: the number of changed files.
    private func copyProgram(of trial: SweepTrial, to folder: String) throws -> Int {
        var written = 0
        for file in try manifest.job(with: trial).programFiles() {
            try AtomicFile.createFolder(folder + "/" + SourceImage.folder(of: file.file))
            let copy = folder + "/" + file.file
            if try AtomicFile.place(copyOf: file.path, at: copy, onlyIfChanged: true) { written += 1 }
        }
        return written
    }

    /// `sweep.csv`: a row for each trial, quoted by RFC 4180.
    var table: String {
        let header =
            ["rank", "trial", "criterion", "seedSpread", "categorySpread"]
            + manifest.parameters.map(\.pointer.description)
            + ["failure", "forTheRecord.imageAUROC", "forTheRecord.pixelAUROC"]
        let lines = trials.map { trial in
            [trial.rank.map(String.init) ?? "", PathText.guarded(trial.trial.name)]
                + [trial.criterion, trial.seedSpread, trial.categorySpread].map(SweepRanking.field)
                + trial.trial.values.map { $0.string.map(PathText.guarded) ?? $0.readable }
                + [PathText.guarded(trial.failure ?? "")]
                + [trial.record.imageAUROC, trial.record.pixelAUROC].map(SweepRanking.field)
        }
        return ([header] + lines).map { $0.map(ScoreRow.quoted).joined(separator: ",") + "\n" }.joined()
    }

    private static func field(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

    /// The ranking with redacted paths in values and failures, as the job's manifest requests.
    ///
    /// - Throws: `ManifestError`.
    func kept() throws -> SweepRanking {
        let job = try Sweep.job(of: manifest)
        let redaction = PathRedaction(job, folders: try job.folders())
        let trials = trials.map { trial in
            let values = zip(trial.trial.values, manifest.parameters).map { value, parameter in
                manifest.mappingPaths(in: value, of: parameter, redaction.written)
            }
            return trial.showing(values, failure: trial.failure.map(redaction.text))
        }
        return SweepRanking(manifest: manifest, trials: trials)
    }

    /// The text of the sweep's manifest with redacted paths.
    var keptManifest: String { JSONSerializer.pretty(manifest.mappingPaths(PathRedaction(manifest.job).written)) }

    /// `sweep.json`: the ranking, and separately the metrics of the test images.
    var json: JSONValue {
        let search: [(String, JSONValue)] =
            switch manifest.search {
            case .grid: [("method", .string("grid"))]
            case .random(let samples, let seed):
                [("method", .string("random")), ("samples", .number(samples)), ("seed", .number(Int(seed)))]
            }
        return JSONValue.ordered([
            ("name", .string(manifest.name)), ("description", .string(manifest.description)),
            ("job", .string(manifest.job.name)), ("search", JSONValue.ordered(search)),
            ("parameters", .array(manifest.parameters.map { .string($0.pointer.description) })),
            ("seeds", .array(manifest.seeds.map { .number(Int($0)) })), ("rankBy", .string("criterion")),
            ("best", best.map { .string($0.trial.name) } ?? .null), ("trials", .array(trials.map(entry))),
            (
                "forTheRecord",
                JSONValue.ordered([
                    ("note", .string(SweepRanking.recordNote)),
                    ("trials", JSONValue.ordered(trials.map { ($0.trial.name, figures($0.record)) })),
                ])
            ),
        ])
    }

    /// The note above test metrics.
    package static let recordNote = "metrics of labelled test images: for the record, takes no part in the ranking"

    private func entry(_ trial: RankedTrial) -> JSONValue {
        let values = zip(manifest.parameters, trial.trial.values).map { ($0.pointer.description, $1) }
        let cases = trial.cases.map { item in
            JSONValue.ordered([
                ("name", .string(item.name)), ("category", .string(item.category)),
                ("seed", .number(Int(item.seed))), ("criterion", SweepRanking.number(item.criterion)),
            ])
        }
        return JSONValue.ordered([
            ("rank", trial.rank.map { .number($0) } ?? .null), ("trial", .string(trial.trial.name)),
            ("values", JSONValue.ordered(values)), ("criterion", SweepRanking.number(trial.criterion)),
            ("seedSpread", SweepRanking.number(trial.seedSpread)),
            ("categorySpread", SweepRanking.number(trial.categorySpread)),
            ("failure", trial.failure.map { .string($0) } ?? .null), ("models", .array(cases)),
        ])
    }

    private func figures(_ figures: MeanMetrics) -> JSONValue {
        JSONValue.ordered([
            ("imageAUROC", SweepRanking.number(figures.imageAUROC)),
            ("pixelAUROC", SweepRanking.number(figures.pixelAUROC)),
        ])
    }

    /// An undefined figure is null, so that every key is present.
    private static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }

    /// `sweep.html`.
    ///
    /// - Parameter text: the sweep's manifest, shown at the end of the page.
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

    /// The axis of a parameter: numeric, or categorical.
    private func parameter(_ parameter: SweepParameter, at index: Int) -> SweepReport.Parameter {
        let numbers = trials.map { $0.trial.values[index].double }
        var isLogarithmic: Bool?
        if case .range(let range) = parameter.choices { isLogarithmic = range.isLogarithmic }
        return SweepReport.Parameter(
            name: parameter.pointer.description, isNumeric: numbers.allSatisfy { $0 != nil },
            isLogarithmic: isLogarithmic)
    }
}

extension JSONValue {
    /// The value in a table: text without quotes, everything else as JSON.
    package var readable: String { string ?? JSONSerializer.canonical(self) }
}
