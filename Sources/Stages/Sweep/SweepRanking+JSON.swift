import Manifests
import Metrics

extension SweepRanking {
    /// `sweep.json`: the ranking, and apart from it the metrics of the test images.
    var json: JSONValue {
        let search: [(String, JSONValue)] =
            switch manifest.search {
            case .grid: [("method", .string("grid"))]
            case .random(let samples, let seed):
                [("method", .string("random")), ("samples", .number(samples)), ("seed", .number(Int(seed)))]
            }
        return SweepRanking.object([
            ("name", .string(manifest.name)), ("description", .string(manifest.description)),
            ("job", .string(manifest.job.name)), ("search", SweepRanking.object(search)),
            ("parameters", .array(manifest.parameters.map { .string($0.pointer.description) })),
            ("seeds", .array(manifest.seeds.map { .number(Int($0)) })), ("rankBy", .string("criterion")),
            ("best", best.map { .string($0.trial.name) } ?? .null), ("trials", .array(trials.map(entry))),
            (
                "forTheRecord",
                SweepRanking.object([
                    ("note", .string(SweepRanking.recordNote)),
                    ("trials", SweepRanking.object(trials.map { ($0.trial.name, figures($0.record)) })),
                ])
            ),
        ])
    }

    /// What stands above the test metrics wherever they are shown.
    public static let recordNote = "metrics of labelled test images: for the record, takes no part in the ranking"

    private func entry(_ trial: RankedTrial) -> JSONValue {
        let values = zip(manifest.parameters, trial.trial.values).map { ($0.pointer.description, $1) }
        let cases = trial.cases.map { item in
            SweepRanking.object([
                ("name", .string(item.name)), ("category", .string(item.category)),
                ("seed", .number(Int(item.seed))), ("criterion", SweepRanking.number(item.criterion)),
            ])
        }
        return SweepRanking.object([
            ("rank", trial.rank.map { .number($0) } ?? .null), ("trial", .string(trial.trial.name)),
            ("values", SweepRanking.object(values)), ("criterion", SweepRanking.number(trial.criterion)),
            ("seedSpread", SweepRanking.number(trial.seedSpread)),
            ("categorySpread", SweepRanking.number(trial.categorySpread)),
            ("failure", trial.failure.map { .string($0) } ?? .null), ("models", .array(cases)),
        ])
    }

    private func figures(_ figures: MeanMetrics) -> JSONValue {
        SweepRanking.object([
            ("imageAUROC", SweepRanking.number(figures.imageAUROC)),
            ("pixelAUROC", SweepRanking.number(figures.pixelAUROC)),
        ])
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { JSONMember($0.0, $0.1) })
    }

    /// A figure that does not exist is null, so that a reader finds every key.
    private static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}
