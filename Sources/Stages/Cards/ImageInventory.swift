import AnomalyDetection
import ContentStore
import Pipeline

/// `inventory.json`: counts and digests of a model's images, for its card.
struct ImageInventory: Codable, Equatable, Sendable {
    var training: ImageSet
    var heldOut: ImageSet
    var test: ImageSet
    /// The numbers of unusable files by the kind of fault.
    var normalSetAside, testSetAside: [String: Int]
    /// The number of normal files that repeat the bytes of another one.
    var copies: Int
    /// The number of test images with the bytes of a training or held-out image.
    var testCopies: Int
    /// True if all normal images are grey.
    var isGrey: Bool
}

/// A summary of a set of images and their files.
struct ImageSet: Codable, Equatable, Sendable {
    /// The number of distinct images.
    var images: Int
    /// The digest of `listText`, which an auditor can recompute from the files with sha256sum and sort.
    var listSHA256: Digest
    /// The file formats, the most frequent first.
    var formats: [Format]
    /// The most frequent sizes of the originals, at most `sizeLimit` of them.
    var sizes: [Size]
    var distinctSizes: Int
    /// The numbers of images that were resized at all, stretched by more than `stretchTolerance`, and enlarged in width
    /// or height.
    var resized, stretched, enlarged: Int
    /// The largest factor by which a side was reduced; 1 if none was.
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

    /// The hexadecimal digests of the files, sorted, one per line.
    static func listText(_ sources: some Sequence<Digest>) -> String {
        sources.map { $0.hex + "\n" }.sorted().joined()
    }
}

/// Summarises the images of a model. This is a task apart from the card's, so that a new card does not need the decoded
/// images, which may have been garbage-collected.
///
/// Inputs: `training`, `heldout`, `colour`, and the ingested lists `images.N` of both splits.
package struct InventoryStage: Stage {
    package static let name = "inventory"
    /// History: 1 = first; 2 = states if the data set is grey.
    package static let version = 2

    /// The frame that is cut out around the object; nil for whole images.
    var frame: ObjectFrame?

    package init(frame: ObjectFrame? = nil) { self.frame = frame }

    package var outputs: [String] { ["inventory.json"] }

    package func run(_ context: TaskContext) throws {
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
            var description = Description(frame: frame)
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

    /// An accumulator for one set of images.
    private struct Description {
        private struct Kind: Hashable {
            var format, colour: String
            var bitDepth: Int
        }

        private struct Sides: Hashable { var width, height: Int }

        private let frame: ObjectFrame?
        private var kinds: [Kind: Int] = [:]
        private var sizes: [Sides: Int] = [:]
        private var (resized, stretched, enlarged) = (0, 0, 0)
        private var reduction = 1.0

        init(frame: ObjectFrame?) { self.frame = frame }

        mutating func add(_ image: PackedImage) {
            let original = image.original
            let seen = frame?.pixels(in: (original.width, original.height)) ?? (original.width, original.height)
            kinds[
                Kind(
                    format: original.format.rawValue, colour: original.colour.rawValue, bitDepth: original.bitDepth),
                default: 0] += 1
            sizes[Sides(width: original.width, height: original.height), default: 0] += 1
            let across = Double(seen.0) / Double(image.width)
            let along = Double(seen.1) / Double(image.height)
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

/// The training and test data of a model, for its card.
struct DataFacts: Codable, Equatable, Sendable {
    var category, layout: String
    var training, heldOut, test: ImageSet
    /// The numbers of unusable files by the kind of fault.
    var normalSetAside, testSetAside: [String: Int]
    /// See `ImageInventory`.
    var copies, testCopies: Int
    var isGrey: Bool
    /// Nil if textures are procedural.
    var textures: CardFacts.Textures?

    init(_ inventory: ImageInventory, _ known: CardFacts) {
        (category, layout) = (known.category, known.layout)
        (training, heldOut, test) = (inventory.training, inventory.heldOut, inventory.test)
        (normalSetAside, testSetAside) = (inventory.normalSetAside, inventory.testSetAside)
        (copies, testCopies) = (inventory.copies, inventory.testCopies)
        (isGrey, textures) = (inventory.isGrey, known.textures)
    }

    /// The number of training and held-out images.
    var normalImages: Int { training.images + heldOut.images }
}
