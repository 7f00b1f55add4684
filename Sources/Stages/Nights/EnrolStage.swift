import AnomalyDetection
import BinaryCoding
import ContentStore
import Datasets
import NeuralNetworks
import Pipeline

/// Splits the images of a night's roll into training, normal, held-out and judged images.
package struct EnrolStage: Stage {
    package static let name = "enrol"
    /// History: 1 = first; 2 = decides if the images of the night are grey.
    package static let version = 2

    /// The fraction of old images in the training set of a warm start.
    var replay: Double
    /// True if new weights need a normalisation; a warm start keeps that of its model.
    var measuresNormalization: Bool

    package init(replay: Double, measuresNormalization: Bool) {
        (self.replay, self.measuresNormalization) = (replay, measuresNormalization)
    }

    package var outputs: [String] {
        ["training.json", "normals.json", "heldout.json", "judged.json", "colour.json"]
            + (measuresNormalization ? ["normalization.json"] : [])
    }

    package func run(_ context: TaskContext) throws {
        let roll = try Roll(bytes: try context.read("roll"))
        let parts = roll.parts(replay: replay)
        var entries: [Digest: ImageIndex.Entry] = [:]
        for input in context.inputs(startingWith: "images") {
            for entry in try context.readJSON(ImageIndex.self, input).entries { entries[entry.source] = entry }
        }
        func index(_ sources: [Digest]) throws -> TrainingIndex {
            var index = TrainingIndex(entries: [])
            for source in sources {
                guard let entry = entries[source] else { throw NightRecordError.lostMember(source: source.hex) }
                guard let pixels = entry.pixels else { continue }
                index.entries.append(TrainingIndex.Entry(source: source, pixels: pixels, region: entry.region))
            }
            return index
        }
        let training = try index(parts.training), heldOut = try index(parts.heldOut)
        guard !training.entries.isEmpty, !heldOut.entries.isEmpty else {
            throw NightRecordError.emptyPart(
                task: "\(context.task)", training: training.entries.count, heldOut: heldOut.entries.count)
        }
        try context.writeJSON(training, to: "training.json")
        try context.writeJSON(try index(parts.normals), to: "normals.json")
        try context.writeJSON(heldOut, to: "heldout.json")
        try context.writeJSON(try index(parts.judged), to: "judged.json")
        // All members count, not only those in this night's training set.
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
            statistics.add(try context.image(entry.pixels, region: entry.region, name: entry.source.short))
        }
        try context.writeJSON(PixelNormalization(statistics), to: "normalization.json")
    }
}
