import ContentStore

/// What a shard was, in `shard.json` beside its results: written last, so that a shard that has one is whole.
///
/// Version history: 1 = first.
public struct ShardRecord: Codable, Sendable, Equatable {
    static let currentVersion = 1
    public static let fileName = "shard.json"
    static let limitBytes = 1 << 20

    var version = ShardRecord.currentVersion
    /// Of Nominal.
    let program: String
    let shard, count: Int
    /// Of the model file.
    let model: String
    let engine: String?
    let tolerance: Double
    /// Of the names of all images of the folder, and how many there are.
    let list: String
    let imageCount: Int
    /// Of `scores.json`.
    let scores: String

    /// - Parameters:
    ///   - folder: that holds the results of the shard.
    ///   - category: all images, not only those of the shard.
    public init(
        _ shard: Shard, of category: SourceCategory, model: Digest, engine: String?, tolerance: Double, folder: String
    ) throws {
        program = NominalVersion.current
        (self.shard, count) = (shard.number, shard.count)
        (self.model, self.engine, self.tolerance) = (model.hex, engine, tolerance)
        (list, imageCount) = (Shard.list(of: category).hex, category.images.count)
        scores = Digest.of(try AtomicFile.read(folder + "/scores.json")).hex
    }

    public func write(to folder: String) throws {
        try AtomicFile.write(try StageJSON.pretty(self), to: folder + "/" + Self.fileName, onlyIfChanged: true)
    }

    /// Removes the record of an earlier run: from now on the shard is not whole.
    public static func remove(from folder: String) throws {
        let folder = try OutputFolder(folder, isNamed: false)
        _ = folder.remove(fileName)
    }

    /// A shard without images leaves what one with images does.
    public static func writeEmpty(to folder: String) throws {
        try AtomicFile.write(try StageJSON.pretty([ScoreRow]()), to: folder + "/scores.json", onlyIfChanged: true)
        try AtomicFile.write(Array("{}\n".utf8), to: folder + "/" + ExportFolder.listName, onlyIfChanged: true)
        try AtomicFile.write(Array((ScoreRow.header + "\n").utf8), to: folder + "/scores.csv", onlyIfChanged: true)
    }
}
