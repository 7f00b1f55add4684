import ContentStore
import Jobs
import Stages

/// The files that `nominal run` or `nominal score` exported, derived from the store's record of the tasks.
package struct RunResults: Sendable {
    package typealias File = ExportPlan.File

    package let files: [File]
    package let graph: LineageGraph

    /// - Throws: `LineageError.unfinished`, `StoreError`.
    package init(ofRun number: Int64, _ store: ContentStore) throws {
        guard let keys = try store.taskKeys(number) else { throw LineageError.unfinished(run: number) }
        graph = try store.lineage(actions: keys.entries.map(\.key), .up, run: number)
        var files: [File] = []
        let results = try store.lookUp(keys.entries.map(\.key))
        let stages = Dictionary(graph.actions.map { ($0.key, $0.stage) }) { first, _ in first }
        // nominal score exports no metrics.
        let hasReport = stages.values.contains(ReportStage.name)
        for entry in keys.entries {
            guard let result = results[entry.key], let stage = stages[entry.key] else { continue }
            files += try Self.files(of: stage, entry.task, result, store).filter {
                hasReport || $0.path != "metrics.json"
            }
        }
        var seen = Set<String>()
        self.files = files.sorted { $0.path < $1.path }.filter { seen.insert($0.path).inserted }
    }

    private static func files(
        of stage: String, _ task: String, _ result: ActionResult, _ store: ContentStore
    ) throws -> [File] {
        func output(_ name: String) -> Digest? { result.outputs.first { $0.name == name }?.digest }
        func named(_ names: [String], _ path: (String) -> String = { $0 }) -> [File] {
            names.compactMap { name in output(name).map { File(path: path(name), digest: $0) } }
        }
        /// The part of the task's name before `part`, which is the case's name; empty without a case.
        func owner(_ part: String) -> String {
            guard let range = ("/" + task).range(of: "/" + part) else { return "" }
            return String(("/" + task)[..<range.lowerBound].dropFirst())
        }
        switch stage {
        case AggregateStage.name: return named(["metrics.json"] + ScoreTables.names)
        case ReportStage.name: return named(["report.html"])
        case RunRecordStage.name: return named(["run.json"])
        case RequireStage.name: return named(["junit.xml"])
        // Only the chosen candidate is a result.
        case CalibrateStage.name where !task.contains("/candidate-"), ChooseStage.name:
            return named(["model"]) { _ in "models/\(owner(stage)).nominal" }
                + named(["assessment.json"]) { _ in "assessments/\(owner(stage)).json" }
        case AssessStage.name where !task.contains("/candidate-"):
            return named(["assessment.json"]) { _ in "assessments/\(owner(stage)).json" }
        case CardStage.name:
            return named(["card.md", "card.json"]) { "models/\(owner(stage)).\($0)" }
        case ScoreStage.name:
            guard let scores = output("scores.json") else { return [] }
            return try ExportPlan.maps(scores, folder: folder("anomaly_maps", owner("score/")), store)
        case OverlayStage.name:
            guard let overlays = output("overlays.json") else { return [] }
            return try ExportPlan.pictures(overlays, folder: folder("overlays", owner("overlay/")), store)
        default: return []
        }
    }

    private static func folder(_ name: String, _ owner: String) -> String { owner.isEmpty ? name : name + "/" + owner }
}
