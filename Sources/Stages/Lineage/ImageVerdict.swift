import ContentStore

/// A verdict on an image, with what it came from.
public struct ImageVerdict: Sendable, Equatable, Codable {
    /// The image, by its name within the category and by its content.
    public let image: String
    public let source: Digest
    public let kind: String
    public let score, threshold: Float
    public let verdict: String
    public let map, model: Digest
    /// The task that scored it, and the run that performed this first.
    public let task: String
    public let run: Int64
    /// Nanoseconds since 1970.
    public let scoredAt: Int64
    public let action: Digest

    /// All verdicts on an image, the newest first. One whose list of scores is no longer stored is left out.
    ///
    /// - Throws: `StoreError`.
    public static func all(on source: Digest, _ store: ContentStore) throws -> [ImageVerdict] {
        try store.actions(ofStage: ScoreStage.name, on: source).flatMap { use -> [ImageVerdict] in
            guard let scores = use.outputs["scores.json"], let model = use.inputs["model"] else { return [] }
            return try entries(scores, store).filter { $0.source == source }.map {
                ImageVerdict($0, model, use.task, use.execution, use.startedAt, use.key)
            }
        }
    }

    /// All verdicts of the scorings in a lineage, in its order.
    ///
    /// - Throws: `StoreError`.
    public static func all(in graph: LineageGraph, _ store: ContentStore) throws -> [ImageVerdict] {
        var (scores, models): ([Int: Digest], [Int: Digest]) = ([:], [:])
        for edge in graph.edges {
            if edge.relation == .generated, edge.name == "scores.json" {
                scores[edge.action] = graph.artifacts[edge.artifact].digest
            }
            if edge.relation == .used, edge.name == "model" {
                models[edge.action] = graph.artifacts[edge.artifact].digest
            }
        }
        var verdicts: [ImageVerdict] = []
        for (number, action) in graph.actions.enumerated() where action.stage == ScoreStage.name {
            // The lineage of an image that was scored does not lead to the model.
            guard let list = scores[number] else { continue }
            let model = try models[number] ?? store.recordedKey(action.key)?.inputs.first { $0.name == "model" }?.digest
            guard let model else { continue }
            verdicts += try entries(list, store).map {
                ImageVerdict($0, model, action.task, action.execution, action.startedAt, action.key)
            }
        }
        return verdicts
    }

    private init(
        _ entry: ScoreIndex.Entry, _ model: Digest, _ task: String, _ run: Int64, _ scoredAt: Int64, _ action: Digest
    ) {
        (image, source, kind, map) = (entry.file, entry.source, entry.kind, entry.map)
        (score, threshold, verdict) = (entry.score, entry.threshold, entry.verdict.rawValue)
        (self.model, self.task, self.run, self.scoredAt, self.action) = (model, task, run, scoredAt, action)
    }

    private static func entries(_ scores: Digest, _ store: ContentStore) throws -> [ScoreIndex.Entry] {
        guard try store.contains(scores) else { return [] }
        return try StageJSON.decode(ScoreIndex.self, try store.read(scores)).entries
    }
}
