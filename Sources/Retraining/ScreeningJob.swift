import AnomalyDetection
import ContentStore
import Datasets
import Jobs
import Manifests
import ModelRegistry
import Pipeline
import Stages

/// The task graph that screens the new images of a night before training: scores by the model in production, copies of
/// known images, and drift from the base set.
package struct ScreeningJob: Sendable {
    /// The results of some images.
    private struct Part {
        var images, fingerprints: TaskID
        /// Nil for known images.
        var scores, overlays: TaskID?
    }

    package let graph: TaskGraph
    private let images: NightImages
    private let known, held, new: [Part]
    private let drift: TaskID

    /// - Parameters:
    ///   - champion: the model in production, a blob of the store.
    ///   - threshold: the threshold that a user set for the champion; nil for its own.
    ///   - known: the arrivals of earlier nights.
    /// - Returns: nil if no image is new.
    package init?(
        _ images: NightImages, champion: Model, digest: Digest, threshold: ChosenThreshold? = nil, known: [KnownArrival]
    ) throws {
        let arriving = images.newIncoming(known)
        guard !arriving.isEmpty else { return nil }
        self.images = images
        let engine = try EngineChoice.scoring(images.manifest.engine).with(detector: champion.kind)
        let model = TaskInput(name: "model", source: .blob(digest))
        let backbone = try champion.backbone(name: images.model).map { [TaskInput.backbone($0)] } ?? []
        var assembler = GraphAssembler()
        let name = images.model + "/screen"
        let region = assembler.addRegion("\(name)/", of: champion, model)

        func prepare(_ kind: String, _ list: [SourceImage], _ onBadImage: IngestStage.BadImagePolicy) throws
            -> [Part]
        {
            let sources = try list.map { try LocatedSource($0, images.digestOf) }
            return assembler.addIngest(
                "\(name)/ingest/\(kind)-", sources, champion.view, images.manifest, onBadImage, region: region,
                isIntermediate: false
            ).map { label, task in
                let fingerprints = assembler.add(
                    "\(name)/fingerprint/\(kind)-\(label)", FingerprintStage(),
                    inputs: [TaskInput("images", task, "images.json")])
                return Part(images: task, fingerprints: fingerprints)
            }
        }
        func score(_ task: TaskID, _ label: String) -> TaskID {
            assembler.add(
                "\(name)/score/\(label)", ScoreStage(engine: engine, threshold: threshold),
                inputs: [model, TaskInput("images", task, "images.json")] + backbone, resources: .wholeMachine)
        }

        let base = try prepare("base", images.base, IngestStage.BadImagePolicy(images.manifest.dataset.onBadImage))
        let admitted = Set(known.filter(\.isAdmitted).map(\.arrival.source))
        self.known =
            try base
            + prepare(
                "known", images.incoming.filter { admitted.contains(images.source($0)) }, .quarantine)
        held = try prepare("held", images.heldBack(known), .quarantine)
        // Unusable images are set aside with a warning, so that the others can be used.
        var new = try prepare("new", arriving, .quarantine)
        var driftInputs = base.enumerated().map { TaskInput("normal.\($0.offset)", $0.element.images, "images.json") }
        for number in new.indices {
            let scores = score(new[number].images, "new-\(number)")
            let overlays = assembler.add(
                "\(name)/overlay/\(number)", OverlayStage(),
                inputs: [
                    model, TaskInput("images", new[number].images, "images.json"),
                    TaskInput("scores", scores, "scores.json"),
                ])
            (new[number].scores, new[number].overlays) = (scores, overlays)
            driftInputs.append(TaskInput("images.\(number)", new[number].images, "images.json"))
            driftInputs.append(TaskInput("scores.\(number)", scores, "scores.json"))
        }
        self.new = new
        // Comparable scores of the base set come from images that the model was not trained on.
        let heldOut = images.heldOutOfRun
        let usual = try images.base.filter { heldOut.contains(images.source($0)) }
            .map { try LocatedSource($0, images.digestOf) }
        for (number, part) in assembler.addIngest(
            "\(name)/ingest/usual-", usual, champion.view, images.manifest,
            IngestStage.BadImagePolicy(images.manifest.dataset.onBadImage), region: region,
            isIntermediate: false
        ).enumerated() {
            driftInputs.append(TaskInput("usual.\(number)", score(part.task, "usual-\(number)"), "scores.json"))
        }
        drift = assembler.add("\(name)/drift", DriftStage(), inputs: driftInputs)
        graph = try TaskGraph(assembler.tasks)
    }

    /// Returns the decision for each new image, in the order of their names.
    ///
    /// - Throws: `RetrainingError.unfinished`, `StoreError`.
    package func arrivals(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [Arrival] {
        func read<Value: Decodable>(_ type: Value.Type, _ task: TaskID?, _ output: String) throws -> Value {
            guard let task, let digest = summary.output(of: task, named: output) else {
                throw RetrainingError.unfinished(task: task?.path ?? output)
            }
            return try StageJSON.decode(type, try store.read(digest))
        }
        func hashes(_ part: Part) throws -> [String: PerceptualHash] {
            try read(FingerprintStage.Index.self, part.fingerprints, "fingerprints.json")
                .compactMapValues(PerceptualHash.init(words:))
        }
        func pictures(_ parts: [Part]) throws -> [(file: String, hash: PerceptualHash)] {
            try parts.flatMap { part in
                let found = try hashes(part)
                return try read(ImageIndex.self, part.images, "images.json").entries.compactMap { entry in
                    found[entry.source.hex].map { (entry.file, $0) }
                }
            }
        }
        var kept = try pictures(known)
        let heldBack = try pictures(held)
        func same(_ hash: PerceptualHash, _ pictures: [(file: String, hash: PerceptualHash)]) -> String? {
            pictures.first { $0.hash.distance(to: hash) <= images.section.nearDuplicate }?.file
        }
        var screened: [(entry: ImageIndex.Entry, score: ScoreIndex.Entry?, overlay: Digest?, hash: PerceptualHash?)] =
            []
        for part in new {
            let found = try hashes(part)
            let scores = Dictionary(
                try read(ScoreIndex.self, part.scores, "scores.json").entries.map { ($0.file, $0) }
            ) { first, _ in first }
            let overlays = Dictionary(
                try read(OverlayIndex.self, part.overlays, "overlays.json").entries.map { ($0.file, $0.overlay) }
            ) { first, _ in first }
            for entry in try read(ImageIndex.self, part.images, "images.json").entries {
                screened.append((entry, scores[entry.file], overlays[entry.file], found[entry.source.hex]))
            }
        }
        let labelled = images.labelledSources
        return screened.sorted { $0.entry.file < $1.entry.file }.map { entry, score, overlay, hash in
            func arrival(_ state: Arrival.State, _ detail: String = "") -> Arrival {
                let isHeldBack = state == .quarantined
                return Arrival(
                    source: entry.source, file: entry.file, state: state, detail: detail,
                    score: score.map { Double($0.normalizedScore) }, map: isHeldBack ? score?.map : nil,
                    overlay: isHeldBack ? overlay : nil)
            }
            guard let score, let hash else { return arrival(.unusable, entry.rejection ?? "it was not scored") }
            if labelled.contains(entry.source) { return arrival(.nearDuplicate, "a labelled image of the gate") }
            // Check scores before copies: a picture of a known part may show it with a new defect.
            if isSuspect(score) || same(hash, heldBack) != nil {
                return arrival(.quarantined, same(hash, heldBack) ?? "")
            }
            if let original = same(hash, kept) { return arrival(.nearDuplicate, original) }
            kept.append((entry.file, hash))
            return arrival(.admitted)
        }
    }

    /// True if a score or its verdict is anomalous. If held-out images hardly differ, scores at the threshold are
    /// normalised to less than 1.
    private func isSuspect(_ score: ScoreIndex.Entry) -> Bool {
        Double(score.normalizedScore) >= images.section.screening
            || (images.section.screening <= 1 && score.verdict == .anomalous)
    }

    /// The digest of `drift.json`, the comparison of new images with the base set; nil if it was not made.
    package func drift(_ summary: ExecutionSummary) -> Digest? { summary.output(of: drift, named: "drift.json") }
}
