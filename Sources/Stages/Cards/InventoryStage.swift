import AnomalyDetection
import ContentStore
import Pipeline

/// Counts the images of a model, and says what their files were like. A task of its own, so that another text in a card does
/// not need the decoded images again, which may have been collected by then.
///
/// Inputs: `training`, `heldout` and `colour`, and `images.N`, lists after ingest of both splits.
struct InventoryStage: Stage {
    static let name = "inventory"
    /// History: 1 = first; 2 = says if the data set is grey.
    static let version = 2

    var outputs: [String] { ["inventory.json"] }

    func run(_ context: TaskContext) throws {
        let training = try context.readJSON(TrainingIndex.self, "training").entries
        let heldOut = try context.readJSON(TrainingIndex.self, "heldout").entries
        let known = Set((training + heldOut).map(\.source))
        var (tested, testFiles): ([Digest: Digest], [Digest]) = ([:], [])
        var (normalSetAside, testSetAside): ([String: Int], [String: Int]) = ([:], [:])
        var (normals, normalFiles) = (Set<Digest>(), 0)
        for input in context.inputs(startingWith: "images.") {
            for entry in try context.readJSON(ImageIndex.self, input).entries {
                switch (entry.split, entry.pixels) {
                case (.train, .some):
                    normalFiles += 1
                    normals.insert(entry.source)
                case (.train, nil): normalSetAside[entry.faultName, default: 0] += 1
                case (.test, .some(let pixels)):
                    tested[entry.source] = pixels
                    testFiles.append(entry.source)
                case (.test, nil): testSetAside[entry.faultName, default: 0] += 1
                }
            }
        }
        let test = tested.sorted { $0.key < $1.key }.map { TrainingIndex.Entry(source: $0.key, pixels: $0.value) }
        let total = training.count + heldOut.count + test.count
        var done = 0
        func describe(_ entries: [TrainingIndex.Entry]) throws -> ImageSet {
            var description = Description()
            for entry in entries {
                try context.checkCancellation()
                description.add(try PackedImage(bytes: try context.blob(entry.pixels), name: entry.source.short))
                done += 1
                context.progress(done, of: total, unit: "images")
            }
            return description.set(entries.map(\.source))
        }
        try context.writeJSON(
            ImageInventory(
                training: try describe(training), heldOut: try describe(heldOut), test: try describe(test),
                normalSetAside: normalSetAside, testSetAside: testSetAside, copies: normalFiles - normals.count,
                testCopies: testFiles.count(where: known.contains),
                isGrey: try context.readJSON(DataSetColour.self, "colour").isGrey), to: "inventory.json")
    }

    /// What is known of some images so far.
    private struct Description {
        private struct Kind: Hashable {
            var format, colour: String
            var bitDepth: Int
        }

        private struct Sides: Hashable { var width, height: Int }

        private var kinds: [Kind: Int] = [:]
        private var sizes: [Sides: Int] = [:]
        private var (resized, stretched, enlarged) = (0, 0, 0)
        private var reduction = 1.0

        mutating func add(_ image: PackedImage) {
            let original = image.original
            kinds[
                Kind(
                    format: original.format.rawValue, colour: original.colour.rawValue, bitDepth: original.bitDepth),
                default: 0] += 1
            sizes[Sides(width: original.width, height: original.height), default: 0] += 1
            let across = Double(original.width) / Double(image.width)
            let along = Double(original.height) / Double(image.height)
            if across != 1 || along != 1 { resized += 1 }
            if max(across / along, along / across) > 1 + ImageSet.stretchTolerance { stretched += 1 }
            if min(across, along) < 1 { enlarged += 1 }
            reduction = max(reduction, across, along)
        }

        func set(_ sources: [Digest]) -> ImageSet {
            let formats = kinds.map { kind, count in
                ImageSet.Format(format: kind.format, colour: kind.colour, bitDepth: kind.bitDepth, images: count)
            }.sorted { ($1.images, $0.format, $0.colour, $0.bitDepth) < ($0.images, $1.format, $1.colour, $1.bitDepth) }
            let common = sizes.map { ImageSet.Size(width: $0.key.width, height: $0.key.height, images: $0.value) }
                .sorted { ($1.images, $0.width, $0.height) < ($0.images, $1.width, $1.height) }
            return ImageSet(
                images: sources.count, listSHA256: Digest.of(text: ImageSet.listText(sources)), formats: formats,
                sizes: Array(common.prefix(ImageSet.sizeLimit)), distinctSizes: sizes.count, resized: resized,
                stretched: stretched, enlarged: enlarged, largestReduction: reduction)
        }
    }
}

extension ImageIndex.Entry {
    fileprivate var faultName: String { fault?.rawValue ?? "unknown" }
}
