import AnomalyDetection
import ContentStore
import Pipeline

/// `inventory.json`: the images of a model by numbers and digests, for its card.
struct ImageInventory: Codable, Equatable, Sendable {
    /// Images that were trained on.
    var training: ImageSet
    /// Normal images that were held out of training.
    var heldOut: ImageSet
    var test: ImageSet
    /// Normal files and test files that were set aside, by the kind of their fault.
    var normalSetAside, testSetAside: [String: Int]
    /// Normal files that have the bytes of another one, and were used once.
    var copies: Int
    /// Test images that have the bytes of an image that was trained on or held out.
    var testCopies: Int
    /// True if no normal image has colours.
    var isGrey: Bool
}

/// Some images: how many, which, and what their files were like.
struct ImageSet: Codable, Equatable, Sendable {
    /// Distinct ones.
    var images: Int
    /// Of `listText`: an auditor who has the files can compute it with sha256sum and sort.
    var listSHA256: Digest
    /// By number, the most frequent first.
    var formats: [Format]
    /// The most frequent sizes of the originals, at most `sizeLimit` of them.
    var sizes: [Size]
    var distinctSizes: Int
    /// Images whose originals have another size than the network's images, that are wider or higher in proportion by more than
    /// `stretchTolerance`, and that are smaller in one direction or the other.
    var resized, stretched, enlarged: Int
    /// The largest factor by which a side of an original was made smaller; 1 where none was.
    var largestReduction: Double

    struct Format: Codable, Equatable, Sendable {
        /// `png`, `tiff`, `jpeg`; `grey`, `rgb`, `palette`.
        var format, colour: String
        var bitDepth: Int
        var images: Int
    }

    struct Size: Codable, Equatable, Sendable {
        var width, height: Int
        var images: Int
    }

    static let sizeLimit = 3
    static let stretchTolerance = 0.05

    /// What `listSHA256` is of: the digests of the files in hexadecimal, sorted, a line each.
    static func listText(_ sources: some Sequence<Digest>) -> String {
        sources.map { $0.hex + "\n" }.sorted().joined()
    }
}

/// Counts the images of a model, and says what their files were like. A task of its own, so that another text in a card does
/// not need the decoded images again, which may have been collected by then.
///
/// Inputs: `training`, `heldout` and `colour`, and `images.N`, lists after ingest of both splits.
struct InventoryStage: Stage {
    static let name = "inventory"
    /// History: 1 = first; 2 = says if the data set is grey.
    static let version = 2

    let outputs = ["inventory.json"]
    let parameters: [KeyPart] = []

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

/// The images that a model was made from and tested on, for its card.
struct DataFacts: Codable, Equatable, Sendable {
    var category, layout: String
    var training, heldOut, test: ImageSet
    /// Files that were set aside, by the kind of their fault.
    var normalSetAside, testSetAside: [String: Int]
    /// See `ImageInventory`.
    var copies, testCopies: Int
    var isGrey: Bool
    /// Nil where textures are made by formula.
    var textures: CardFacts.Textures?

    init(_ inventory: ImageInventory, _ known: CardFacts) {
        (category, layout) = (known.category, known.layout)
        (training, heldOut, test) = (inventory.training, inventory.heldOut, inventory.test)
        (normalSetAside, testSetAside) = (inventory.normalSetAside, inventory.testSetAside)
        (copies, testCopies) = (inventory.copies, inventory.testCopies)
        (isGrey, textures) = (inventory.isGrey, known.textures)
    }

    /// Images that were trained on or held out.
    var normalImages: Int { training.images + heldOut.images }
}
