import AnomalyDetection
import ContentStore
import Datasets
import Pipeline

/// Splits a category's normal images into training and held-out (calibration) images.
///
/// The split depends on image content only: a new image moves at most one other. Of exact copies, one is used.
package struct SelectStage: Stage {
    package static let name = "select"
    /// History: 1 = first; 2 = decides if the data set is grey.
    package static let version = 2

    var category: String
    var heldOutFraction: Float

    package init(category: String, heldOutFraction: Float) {
        (self.category, self.heldOutFraction) = (category, heldOutFraction)
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
        // Digests are as good as random numbers, and equal on every machine.
        let entries = unique.values.sorted { $0.source < $1.source }
        guard entries.count >= 2 else {
            throw DatasetError.tooFewNormalImages(category: category, count: entries.count)
        }
        let heldOut = HeldOut.count(of: entries.count, fraction: heldOutFraction)
        let used = entries.map { TrainingIndex.Entry(source: $0.source, pixels: $0.pixels!, region: $0.region) }
        try context.writeJSON(TrainingIndex(entries: Array(used[..<heldOut])), to: "heldout.json")
        try context.writeJSON(TrainingIndex(entries: Array(used[heldOut...])), to: "training.json")
        let colour = DataSetColour(entries)
        if colour.isGrey {
            context.warn(
                "all \(entries.count) normal images are grey: synthetic defects are grey too, and "
                    + "augmentation.colour has no effect")
        }
        try context.writeJSON(colour, to: "colour.json")
        var statistics = PixelStatistics()
        for entry in used[heldOut...] {
            try context.checkCancellation()
            statistics.add(try context.image(entry.pixels, region: entry.region, name: entry.source.short))
        }
        try context.writeJSON(PixelNormalization(statistics), to: "normalization.json")
    }
}

/// The choice of normal images to hold out of training, by their content alone.
package enum HeldOut {
    /// The number of images to hold out: at least one, and not all. Images with the smallest digests are held out.
    package static func count(of images: Int, fraction: Float) -> Int {
        min(max(1, Int((Float(images) * fraction).rounded())), images - 1)
    }

    /// True if a later arrival is held out. The decision ignores all other images, so no night's model trains on images
    /// that another night judges by.
    package static func contains(_ source: Digest, fraction: Double) -> Bool {
        // Digests are as good as random numbers.
        Double(source.words.0) < fraction * 0x1p64
    }
}
