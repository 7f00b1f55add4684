import AnomalyDetection
import ContentStore
import ModelRegistry
import Pipeline
import Stages

/// The decisions about new images, made from the results of a screening.
extension ScreeningJob {
    /// Returns the decision for each new image, in the order of their names.
    ///
    /// - Throws: `RetrainingError.unfinished`, `StoreError`.
    package func arrivals(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [Arrival] {
        let results = ScreeningResults(summary: summary, store: store)
        var kept = try results.pictures(known)
        let heldBack = try results.pictures(held)
        func same(_ hash: PerceptualHash, _ pictures: [Picture]) -> String? {
            pictures.first { $0.hash.distance(to: hash) <= images.section.nearDuplicate }?.file
        }
        let labelled = images.labelledSources
        return try results.screened(new).map { image in
            guard let score = image.score, let hash = image.hash else {
                return image.arrival(.unusable, image.entry.rejection ?? "it was not scored")
            }
            if labelled.contains(image.entry.source) {
                return image.arrival(.nearDuplicate, "a labelled image of the gate")
            }
            // Check scores before copies: a picture of a known part may show it with a new defect.
            let suspect = same(hash, heldBack)
            if isSuspect(score) || suspect != nil { return image.arrival(.quarantined, suspect ?? "") }
            if let original = same(hash, kept) { return image.arrival(.nearDuplicate, original) }
            kept.append(Picture(file: image.entry.file, hash: hash))
            return image.arrival(.admitted)
        }
    }

    /// True if a score or its verdict is anomalous. If held-out images hardly differ, scores at the threshold are
    /// normalised to less than 1.
    private func isSuspect(_ score: ScoreIndex.Entry) -> Bool {
        Double(score.normalizedScore) >= images.section.screening
            || (images.section.screening <= 1 && score.verdict == .anomalous)
    }
}

private struct Picture {
    var file: String
    var hash: PerceptualHash
}

/// A new image with its results; those of an unusable image are nil.
private struct ScreenedImage {
    var entry: ImageIndex.Entry
    var score: ScoreIndex.Entry?
    var overlay: Digest?
    var hash: PerceptualHash?

    /// The arrival with this decision; a quarantined image keeps its map and overlay, on which people decide.
    func arrival(_ state: Arrival.State, _ detail: String = "") -> Arrival {
        let isHeldBack = state == .quarantined
        return Arrival(
            source: entry.source, file: entry.file, state: state, detail: detail,
            score: score.map { Double($0.normalizedScore) }, map: isHeldBack ? score?.map : nil,
            overlay: isHeldBack ? overlay : nil)
    }
}

/// The outputs of a screening in the store.
private struct ScreeningResults {
    let summary: ExecutionSummary
    let store: ContentStore

    private func read<Value: Decodable>(_ type: Value.Type, _ task: TaskID?, _ output: String) throws -> Value {
        guard let task, let digest = summary.output(of: task, named: output) else {
            throw RetrainingError.unfinished(task: task?.path ?? output)
        }
        return try StageJSON.decode(type, try store.read(digest))
    }

    private func hashes(_ part: ScreeningJob.Part) throws -> [String: PerceptualHash] {
        try read(FingerprintStage.Index.self, part.fingerprints, "fingerprints.json")
            .compactMapValues(PerceptualHash.init(words:))
    }

    /// The images that have a perceptual hash.
    func pictures(_ parts: [ScreeningJob.Part]) throws -> [Picture] {
        try parts.flatMap { part in
            let found = try hashes(part)
            return try read(ImageIndex.self, part.images, "images.json").entries.compactMap { entry in
                found[entry.source.hex].map { Picture(file: entry.file, hash: $0) }
            }
        }
    }

    /// The new images, sorted by name.
    func screened(_ parts: [ScreeningJob.Part]) throws -> [ScreenedImage] {
        var screened: [ScreenedImage] = []
        for part in parts {
            let found = try hashes(part)
            let scores = Dictionary(
                try read(ScoreIndex.self, part.scores, "scores.json").entries.map { ($0.file, $0) }
            ) { first, _ in first }
            let overlays = Dictionary(
                try read(OverlayIndex.self, part.overlays, "overlays.json").entries.map { ($0.file, $0.overlay) }
            ) { first, _ in first }
            for entry in try read(ImageIndex.self, part.images, "images.json").entries {
                screened.append(
                    ScreenedImage(
                        entry: entry, score: scores[entry.file], overlay: overlays[entry.file],
                        hash: found[entry.source.hex]))
            }
        }
        return screened.sorted { $0.entry.file < $1.entry.file }
    }
}
