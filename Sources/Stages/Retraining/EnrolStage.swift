import AnomalyDetection
import ContentStore
import Datasets
import Pipeline

/// Divides the images of a night by its roll: what steps are taken on, what else belongs to the normal images, what is held out.
struct EnrolStage: Stage {
    static let name = "enrol"
    /// History: 1 = first; 2 = decides if the images of the night are grey.
    static let version = 2

    /// Share of old images among those that a warm start trains on.
    var replay: Double
    /// True if new weights need a normalisation; a warm start keeps that of its model.
    var measuresNormalization: Bool

    var outputs: [String] {
        ["training.json", "normals.json", "heldout.json", "judged.json", "colour.json"]
            + (measuresNormalization ? ["normalization.json"] : [])
    }

    func run(_ context: TaskContext) throws {
        let roll = try Roll(bytes: try context.read("roll"))
        let parts = roll.parts(replay: replay)
        var entries: [Digest: ImageIndex.Entry] = [:]
        for input in context.inputs(startingWith: "images") {
            for entry in try context.readJSON(ImageIndex.self, input).entries { entries[entry.source] = entry }
        }
        func index(_ sources: [Digest]) throws -> TrainingIndex {
            var index = TrainingIndex(entries: [])
            for source in sources {
                guard let entry = entries[source] else { throw RetrainingError.lostMember(source: source.hex) }
                guard let pixels = entry.pixels else { continue }
                index.entries.append(TrainingIndex.Entry(source: source, pixels: pixels))
            }
            return index
        }
        let training = try index(parts.training), heldOut = try index(parts.heldOut)
        guard !training.entries.isEmpty, !heldOut.entries.isEmpty else {
            throw DatasetError.tooFewNormalImages(
                category: "\(context.task)", count: training.entries.count + heldOut.entries.count)
        }
        try context.writeJSON(training, to: "training.json")
        try context.writeJSON(try index(parts.normals), to: "normals.json")
        try context.writeJSON(heldOut, to: "heldout.json")
        try context.writeJSON(try index(parts.judged), to: "judged.json")
        // Of all members, and not of those that this night happens to train on.
        let colour = DataSetColour(roll.members.compactMap { entries[$0.source] })
        if colour.isGrey {
            context.warn(
                "all normal images of the night are grey: synthetic defects are grey too, and augmentation.colour has no "
                    + "effect")
        }
        try context.writeJSON(colour, to: "colour.json")
        guard measuresNormalization else { return }
        var statistics = PixelStatistics()
        for entry in training.entries {
            try context.checkCancellation()
            statistics.add(try PackedImage(bytes: try context.blob(entry.pixels), name: entry.source.short).image)
        }
        try context.writeJSON(PixelNormalization(statistics), to: "normalization.json")
    }
}
