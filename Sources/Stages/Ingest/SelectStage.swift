import AnomalyDetection
import ContentStore
import Datasets
import Manifests
import Pipeline
import Wording

/// Splits a category's normal images into training and held-out (calibration) images.
///
/// The split depends on image content only: a new image moves at most one other. With groups it depends on their names,
/// and a group is never divided. Of exact copies, one is used.
package struct SelectStage: Stage {
    package static let name = "select"
    /// History: 1 = first; 2 = decides if the data set is grey; 3 = groups.
    package static let version = 3

    var category: String
    var heldOutFraction: Float
    var groups: DatasetSection.Groups
    /// The start of the names of training images that does not belong to the names of groups.
    var prefix: String

    package init(
        category: String, heldOutFraction: Float, groups: DatasetSection.Groups = .none, prefix: String = ""
    ) {
        (self.category, self.heldOutFraction, self.groups, self.prefix) = (category, heldOutFraction, groups, prefix)
    }

    package var outputs: [String] { ["training.json", "heldout.json", "normalization.json", "colour.json"] }

    package func run(_ context: TaskContext) throws {
        var unique: [Digest: ImageIndex.Entry] = [:]
        for input in context.inputs(startingWith: "images") {
            for entry in try context.readJSON(ImageIndex.self, input).entries where entry.pixels != nil {
                if let first = unique[entry.source] {
                    context.warn("\(entry.file) is an exact copy of \(first.file) and is used once")
                } else {
                    unique[entry.source] = entry
                }
            }
        }
        let entries = unique.values.sorted { $0.source < $1.source }
        guard entries.count >= 2 else {
            throw DatasetError.tooFewNormalImages(category: category, count: entries.count)
        }
        let names = entries.map {
            groups.digest(of: $0.file.without(prefix: prefix), sample: $0.sample, own: $0.source)
        }
        let heldOut = HeldOut.chosen(entries.map(\.source), groups: names, fraction: Double(heldOutFraction))
        let count = Set(names).count
        if count == 1 {
            context.warn("all \(entries.count) normal images are of one group, so single images are held out")
        } else if count < entries.count {
            let chosen = Set(heldOut.map { names[$0] }).count
            context.log("\(counted(heldOut.count, "image is", "images are")) held out: \(chosen) of \(count) groups")
        }
        func used(_ isHeldOut: Bool) -> [TrainingIndex.Entry] {
            entries.enumerated().filter { heldOut.contains($0.offset) == isHeldOut }.map { _, entry in
                TrainingIndex.Entry(source: entry.source, pixels: entry.pixels!, region: entry.region)
            }
        }
        let training = used(false)
        try context.writeJSON(TrainingIndex(entries: used(true)), to: "heldout.json")
        try context.writeJSON(TrainingIndex(entries: training), to: "training.json")
        let colour = DataSetColour(entries)
        if colour.isGrey {
            context.warn(
                "all \(entries.count) normal images are grey: synthetic defects are grey too, and "
                    + "augmentation.colour has no effect")
        }
        try context.writeJSON(colour, to: "colour.json")
        var statistics = PixelStatistics()
        for entry in training {
            try context.checkCancellation()
            statistics.add(try context.image(entry.pixels, region: entry.region, name: entry.source.short))
        }
        try context.writeJSON(PixelNormalization(statistics), to: "normalization.json")
    }
}
