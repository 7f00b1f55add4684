import AnomalyDetection
import ContentStore
import Datasets
import Imaging
import Pipeline
import StrictJSON

/// Packs maps that another program wrote, for the test images and the held-out normal images.
///
/// Inputs: `heldout`, and `images.0` and so on with all images.
package struct FitMapsStage: Stage {
    package static let name = "maps"
    package static let version = 1
    private static let scoresName = "scores.json"

    var maps: [ExternalProgram.File]
    /// True if `scores.json` has the scores of the images.
    var scores: Bool
    var grid: TileGrid

    package init(maps: [ExternalProgram.File], scores: Bool, grid: TileGrid) {
        (self.maps, self.scores, self.grid) = (maps, scores, grid)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let task = "\(context.task)"
        let heldOut = Set(try context.readJSON(TrainingIndex.self, "heldout").entries.map(\.source))
        let images = try context.inputs(startingWith: "images.").flatMap {
            try context.readJSON(ImageIndex.self, $0).entries
        }.filter { $0.pixels != nil && ($0.split == .test || heldOut.contains($0.source)) }
        var files: [String: ExternalProgram.File] = [:]
        for file in maps where file.file != Self.scoresName {
            let stem = SourceImage.folder(of: file.file) + SourceImage.stem(of: file.file)
            if let other = files.updateValue(file, forKey: stem) {
                throw MapsFault.twoMaps(task: task, first: other.file, second: file.file)
            }
        }
        let missing = images.filter { files[$0.stem] == nil }
        guard missing.isEmpty else { throw MapsFault.missing(task: task, images: missing.map(\.file)) }
        let scored = try scores ? ownScores(context) : [:]
        var entries: [String: (file: String, entry: MapsPayload.Entry)] = [:]
        for (number, image) in images.enumerated() {
            try context.checkCancellation()
            let map = try map(files[image.stem]!, context)
            let pixels = try context.image(image.pixels!, region: image.region, name: image.file)
            let score = scored[image.file]
            guard !scores || score?.isFinite == true else {
                throw MapsFault.scores(task: task, reason: "has no finite score of \(image.file)")
            }
            let entry = MapsPayload.Entry(
                image: MapsPayload.identity(of: pixels), score: score, values: map.values)
            if let other = entries.updateValue((image.file, entry), forKey: entry.image), other.entry != entry {
                throw MapsFault.ambiguous(task: task, first: other.file, second: image.file)
            }
            context.progress(number + 1, of: images.count, unit: "maps")
        }
        let payload = MapsPayload(width: grid.width, height: grid.height, entries: entries.values.map(\.entry))
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }

    /// A map at the size of the model, as those of other detectors.
    private func map(_ file: ExternalProgram.File, _ context: TaskContext) throws -> FloatMap {
        let map: FloatMap
        let bytes = try SourceBytes.read(context.source(file.file), expecting: file.digest, name: file.file)
        do {
            map =
                try file.file.hasSuffix(".npy")
                ? FloatMap(npy: bytes, name: file.file) : .decode(bytes: bytes, name: file.file)
        } catch {
            throw MapsFault.unreadable(task: "\(context.task)", file: file.file, reason: "\(error)")
        }
        guard map.values.allSatisfy(\.isFinite) else {
            throw MapsFault.unreadable(
                task: "\(context.task)", file: file.file, reason: "it holds values that are not finite numbers")
        }
        return (map.width, map.height) == (grid.width, grid.height)
            ? map : map.resized(width: grid.width, height: grid.height)
    }

    private func ownScores(_ context: TaskContext) throws -> [String: Float] {
        guard let file = maps.first(where: { $0.file == Self.scoresName }) else {
            throw MapsFault.scores(task: "\(context.task)", reason: "is missing, but \"scores\" is true")
        }
        let bytes = try SourceBytes.read(context.source(file.file), expecting: file.digest, name: file.file)
        do {
            return try StrictJSON.decode([String: Float].self, from: bytes)
        } catch {
            throw MapsFault.scores(task: "\(context.task)", reason: "cannot be read (\(error))")
        }
    }
}

extension ImageIndex.Entry {
    /// The path without its extension.
    fileprivate var stem: String { SourceImage.folder(of: file) + SourceImage.stem(of: file) }
}
