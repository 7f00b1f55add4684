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
    struct Part {
        var images, fingerprints: TaskID
        /// Nil for known images.
        var scores, overlays: TaskID?
    }

    package let graph: TaskGraph
    let images: NightImages
    let known, held, new: [Part]
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

    /// The digest of `drift.json`, the comparison of new images with the base set; nil if it was not made.
    package func drift(_ summary: ExecutionSummary) -> Digest? { summary.output(of: drift, named: "drift.json") }
}
