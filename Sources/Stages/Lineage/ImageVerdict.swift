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
            guard let scores = use.outputs["scores.json"], let model = use.inputs["model"], store.contains(scores)
            else {
                return []
            }
            return try StageJSON.decode(ScoreIndex.self, try store.read(scores)).entries.filter { $0.source == source }
                .map {
                    ImageVerdict(
                        image: $0.file, source: source, kind: $0.kind, score: $0.score, threshold: $0.threshold,
                        verdict: $0.verdict.rawValue, map: $0.map, model: model, task: use.task, run: use.execution,
                        scoredAt: use.startedAt, action: use.key)
                }
        }
    }
}
