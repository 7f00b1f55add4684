import AnomalyDetection
import ContentStore
import Folders
import Imaging
import ONNX
import Pipeline
import StrictJSON
import Wording

/// A program of the user.
package enum ExternalKind: DetectorKind {
    package static let name = "external"
    package static let explanation =
        "A program of the owner compares the image with normal images."
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let model = try ExternalPayload(bytes: payload.bytes, name: "\(context.task) detector")
        try context.shared(ExternalConsent.self).require(model.program, task: context.task)
        return try body(ExternalDetector(model, payload.grid, context))
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let model = try ExternalPayload(bytes: payload, name: name)
        let learnt = model.model.reduce(0) { $0 + $1.bytes.count }
        return [
            DetectorFact(label: "Command", value: model.program.score.joined(separator: " ")),
            DetectorFact(label: "Files", value: model.files.map(\.file).joined(separator: ", ")),
            DetectorFact(label: "Learnt", value: "\(counted(learnt, "byte")) in \(counted(model.model.count, "file"))"),
        ]
    }

    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        throw ModelGraphError.program(request.name)
    }
}

/// Runs the program once for each group of images, in a new working folder.
final class ExternalDetector: Detector {
    private let payload: ExternalPayload
    private let grid: TileGrid
    private let context: TaskContext

    init(_ payload: ExternalPayload, _ grid: TileGrid, _ context: TaskContext) {
        (self.payload, self.grid, self.context) = (payload, grid, context)
    }

    /// Starting a program takes longer than most images, so groups are large, up to 256 MiB of pixels.
    var batchSize: Int { min(64, max(1, (1 << 28) / (grid.width * grid.height * 3 * MemoryLayout<Float>.size))) }

    func maps(_ images: [PlanarImage]) throws -> [DetectorMap] {
        try WorkingFolder.with(payload.files, context) { folder in
            try folder.createFolder("model")
            try folder.write(payload.model, under: "model/")
            try folder.write(images, to: "images")
            try folder.createFolder("maps")
            try folder.run(payload.program.score, payload.program)
            let results = ExternalResults(folder: folder.path, task: "\(context.task)", grid: grid)
            let maps = try results.maps(count: images.count)
            guard payload.program.scores else {
                try results.requireNoScores()
                return maps.map { DetectorMap(map: $0) }
            }
            return try zip(maps, results.scores(count: images.count)).map { DetectorMap(map: $0, score: $1) }
        }
    }
}

/// The files that a program wrote to its working folder.
struct ExternalResults {
    let folder: String
    let task: String
    let grid: TileGrid
    private static let scoresName = "scores.json", scoresLimitBytes = 1 << 20, headerBytes = 1 << 16

    /// The maps in the folder `maps`.
    func maps(count: Int) throws -> [FloatMap] {
        let wanted = (0..<count).map(WorkingFolder.name)
        var files: [String: String] = [:]
        for file in try FolderListing.names(in: folder + "/maps") {
            let stem = String(file.prefix { $0 != "." })
            guard file == stem + ".npy" || file == stem + ".tiff", let number = Int(stem),
                wanted.indices.contains(number),
                wanted[number] == stem, files.updateValue(file, forKey: stem) == nil
            else {
                throw ExternalFault.extra(
                    task: task, file: "maps/\(file)",
                    expected: "one map for each image in maps, as NAME.npy or NAME.tiff")
            }
        }
        return try wanted.map { stem in
            guard let file = files[stem] else { throw ExternalFault.missing(task: task, file: "maps/\(stem)") }
            return try map("maps/" + file)
        }
    }

    private func map(_ file: String) throws -> FloatMap {
        let map: FloatMap
        do {
            // A map of double precision and some header.
            let limit = grid.width * grid.height * 8 + Self.headerBytes
            let bytes = try AtomicFile.read(folder + "/" + file, in: NamedFolder(folder), limitBytes: limit)
            map = try file.hasSuffix(".npy") ? FloatMap(npy: bytes, name: file) : .decode(bytes: bytes, name: file)
        } catch {
            throw ExternalFault.unreadable(task: task, file: file, reason: "\(error)")
        }
        guard (map.width, map.height) == (grid.width, grid.height) else {
            throw ExternalFault.wrongSize(
                task: task, file: file, found: "\(map.width) x \(map.height)",
                expected: "\(grid.width) x \(grid.height)")
        }
        if let value = map.values.first(where: { !$0.isFinite }) {
            throw ExternalFault.notFinite(task: task, file: file, value: value)
        }
        return map
    }

    func requireNoScores() throws {
        guard try AtomicFile.exists(folder + "/" + Self.scoresName) else { return }
        throw ExternalFault.extra(
            task: task, file: Self.scoresName,
            expected: "maps alone; set \"scores\" to true if the scores of images are to come from this file")
    }

    /// The scores in `scores.json`.
    func scores(count: Int) throws -> [Float] {
        let file = folder + "/" + Self.scoresName
        guard try AtomicFile.exists(file) else {
            throw ExternalFault.scores(task: task, reason: "is missing, but \"scores\" is true")
        }
        let found: [String: Float]
        do {
            let bytes = try AtomicFile.read(file, in: NamedFolder(folder), limitBytes: Self.scoresLimitBytes)
            found = try StrictJSON.decode([String: Float].self, from: bytes)
        } catch {
            throw ExternalFault.scores(task: task, reason: "cannot be read (\(error))")
        }
        guard found.count == count else {
            throw ExternalFault.scores(task: task, reason: "has \(found.count) scores for \(count) images")
        }
        return try (0..<count).map(WorkingFolder.name).map { name in
            guard let score = found[name], score.isFinite else {
                throw ExternalFault.scores(task: task, reason: "has no finite score of \(name)")
            }
            return score
        }
    }
}
