import AnomalyDetection
import ContentStore
import Pipeline

/// Divides the images of a night by its roll: what steps are taken on, what else belongs to the normal images, what is held out.
struct EnrolStage: Stage {
    static let name = "enrol"
    static let version = 1

    /// Share of old images among those that a warm start trains on.
    var replay: Double

    let outputs = ["training.json", "members.json", "heldout.json", "normalization.json"]

    var parameters: [KeyPart] { [KeyPart("replay", .real(replay))] }

    func run(_ context: TaskContext) throws {
        let parts = try context.readJSON(Roll.self, "roll").parts(replay: replay)
        var pixels: [Digest: Digest] = [:]
        for input in context.inputs(startingWith: "images") {
            for entry in try context.readJSON(ImageIndex.self, input).entries { pixels[entry.source] = entry.pixels }
        }
        func index(_ sources: [Digest]) -> TrainingIndex {
            TrainingIndex(
                entries: sources.compactMap { source in
                    pixels[source].map { TrainingIndex.Entry(source: source, pixels: $0) }
                })
        }
        let (training, members, heldOut) = (index(parts.training), index(parts.members), index(parts.heldOut))
        guard !training.entries.isEmpty, !heldOut.entries.isEmpty else {
            throw DatasetError.tooFewNormalImages(
                category: "\(context.task)", count: training.entries.count + heldOut.entries.count)
        }
        try context.writeJSON(training, to: "training.json")
        try context.writeJSON(members, to: "members.json")
        try context.writeJSON(heldOut, to: "heldout.json")
        var statistics = PixelStatistics()
        for entry in members.entries {
            try context.checkCancellation()
            statistics.add(try PackedImage(bytes: try context.blob(entry.pixels), name: entry.source.short).image)
        }
        try context.writeJSON(PixelNormalization(statistics), to: "normalization.json")
    }
}
