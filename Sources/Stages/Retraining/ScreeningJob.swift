import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Reports

/// Looks at the new images of a night before anything is trained on them: scores by the model in production, copies of
/// what is there, and whether they look like the base set.
public struct ScreeningJob: Sendable {
    public let graph: TaskGraph
    private let images: NightImages
    private let new: [SourceImage]
    private let knownParts, newParts: [(ingest: TaskID, fingerprints: TaskID)]
    private let scored: [(scores: TaskID, overlays: TaskID)]
    private let drift: TaskID

    /// What has come in and was never seen; nothing to screen where it is empty.
    public static func newImages(_ images: NightImages, _ known: [KnownArrival]) -> Int {
        images.unseen(images.incoming, known).count
    }

    /// - Parameters:
    ///   - champion: the model in production, a blob of the store.
    ///   - known: what earlier nights have seen.
    public init(_ images: NightImages, champion: Model, digest: Digest, known: [KnownArrival]) throws {
        self.images = images
        let unseenBase = images.unseen(images.base, known)
        new = images.unseen(images.incoming, known).filter { image in
            !unseenBase.contains { images.source($0) == images.source(image) }
        }
        let manifest = images.manifest
        let engine = try EngineChoice.scoring(manifest.engine)
        let shelves = Shelves()
        let model = TaskInput(name: "model", source: .blob(digest))
        var assembler = GraphAssembler()
        func prepare(_ name: String, _ list: [SourceImage], _ onBadImage: DatasetSection.BadImagePolicy?)
            -> [(ingest: TaskID, fingerprints: TaskID)]
        {
            assembler.addIngest(
                "ingest/\(name)-", list, images.digestOf, champion.grid, manifest, onBadImage: onBadImage
            ).map { task in
                let label = task.path.split(separator: "/").last.map(String.init) ?? task.path
                return (
                    task,
                    assembler.add(
                        "fingerprint/\(label)", FingerprintStage(), inputs: [TaskInput("images", task, "images.json")])
                )
            }
        }
        func score(_ name: String, _ task: TaskID) -> TaskID {
            let label = task.path.split(separator: "/").last.map(String.init) ?? task.path
            return assembler.add(
                "\(name)/\(label)", ScoreStage(engine: engine, engines: shelves.engines),
                inputs: [model, TaskInput("images", task, "images.json")], resources: .wholeMachine)
        }
        let base = prepare("base", images.base, nil)
        let admitted = Set(known.filter(\.isAdmitted).map(\.arrival.source))
        let others = images.incoming.filter { admitted.contains(images.source($0)) }
        knownParts = base + prepare("known", others, .quarantine)
        // An image that cannot be read is set aside and told: it must not keep the others from being used.
        newParts = prepare("new", new, .quarantine)
        var scored: [(scores: TaskID, overlays: TaskID)] = []
        var driftInputs = base.enumerated().map { TaskInput("normal.\($0.offset)", $0.element.ingest, "images.json") }
        for (number, part) in newParts.enumerated() {
            let scores = score("score", part.ingest)
            let overlays = assembler.add(
                "overlay/\(part.ingest.path.split(separator: "/").last ?? "")", OverlayStage(),
                inputs: [
                    model, TaskInput("images", part.ingest, "images.json"), TaskInput("scores", scores, "scores.json"),
                ])
            scored.append((scores, overlays))
            driftInputs.append(TaskInput("images.\(number)", part.ingest, "images.json"))
            driftInputs.append(TaskInput("scores.\(number)", scores, "scores.json"))
        }
        let heldOut = images.heldOutBase
        let usual = assembler.addIngest(
            "ingest/usual-", images.base.filter { heldOut.contains(images.source($0)) }, images.digestOf, champion.grid,
            manifest)
        for (number, task) in usual.enumerated() {
            driftInputs.append(TaskInput("usual.\(number)", score("usual", task), "scores.json"))
        }
        drift = assembler.add("drift", DriftStage(), inputs: driftInputs)
        self.scored = scored
        graph = try TaskGraph(assembler.tasks)
    }

    /// What becomes of each new image, in the order of their names.
    public func arrivals(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [Arrival] {
        func read<Value: Decodable>(_ type: Value.Type, _ task: TaskID, _ output: String) throws -> Value {
            guard let digest = summary.output(of: task, named: output) else {
                throw NightError.unfinished(task: task.path)
            }
            return try StageJSON.decode(type, try store.read(digest))
        }
        var kept: [(file: String, hash: PerceptualHash)] = []
        func hashes(_ part: (ingest: TaskID, fingerprints: TaskID)) throws -> [Digest: PerceptualHash] {
            let index = try read(FingerprintStage.Index.self, part.fingerprints, "fingerprints.json")
            return Dictionary(
                uniqueKeysWithValues: try index.compactMap { hex, words in
                    try PerceptualHash(words: words).map { (try Digest(hex: hex), $0) }
                })
        }
        for part in knownParts {
            let found = try hashes(part)
            for entry in try read(ImageIndex.self, part.ingest, "images.json").entries {
                if let hash = found[entry.source] { kept.append((entry.file, hash)) }
            }
        }
        var arrivals: [Arrival] = []
        for (part, results) in zip(newParts, scored) {
            let found = try hashes(part)
            let scores = Dictionary(
                try read(ScoreIndex.self, results.scores, "scores.json").entries.map { ($0.file, $0) }
            ) { first, _ in first }
            let overlays = Dictionary(
                try read(OverlayIndex.self, results.overlays, "overlays.json").entries.map { ($0.file, $0) }
            ) { first, _ in first }
            for entry in try read(ImageIndex.self, part.ingest, "images.json").entries {
                guard let score = scores[entry.file], let hash = found[entry.source] else {
                    arrivals.append(
                        Arrival(
                            source: entry.source, file: entry.file, state: .unusable,
                            detail: entry.rejection ?? "not scored"))
                    continue
                }
                let normalized = Double(score.normalizedScore)
                // Before copies: a picture of a known part may show it with a new defect.
                if normalized >= images.section.screening {
                    arrivals.append(
                        Arrival(
                            source: entry.source, file: entry.file, state: .quarantined, score: normalized,
                            map: score.map, overlay: overlays[entry.file]?.overlay))
                } else if let original = kept.first(where: {
                    $0.hash.distance(to: hash) <= images.section.nearDuplicate
                }) {
                    arrivals.append(
                        Arrival(
                            source: entry.source, file: entry.file, state: .nearDuplicate, detail: original.file,
                            score: normalized))
                } else {
                    kept.append((entry.file, hash))
                    arrivals.append(
                        Arrival(source: entry.source, file: entry.file, state: .admitted, score: normalized))
                }
            }
        }
        return arrivals.sorted { $0.file < $1.file }
    }

    /// Of `drift.json`: whether the new images look like the base set.
    public func drift(_ summary: ExecutionSummary) -> Digest? { summary.output(of: drift, named: "drift.json") }
}

/// A result that a night needs and does not have.
enum NightError: Error, CustomStringConvertible {
    case unfinished(task: String)

    var description: String {
        switch self {
        case .unfinished(let task): "\(task) has no result; run the night again"
        }
    }
}
