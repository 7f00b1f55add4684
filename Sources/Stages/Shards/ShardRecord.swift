import ContentStore

/// What a shard was, in `shard.json` beside its results: written last, so that a shard that has one is whole.
///
/// Version history: 1 = first; 2 = digests of the list of its files and of the record itself, and the threshold.
public struct ShardRecord: Codable, Sendable, Equatable {
    static let currentVersion = 2
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
    /// That a person set; nil for the model's own.
    let threshold: ChosenThreshold?
    /// Of the names of all images of the folder, and how many there are.
    let list: String
    let imageCount: Int
    /// Of `scores.json`, and of the list of all files with their digests.
    let scores, exports: String
    /// Of this record as it is written, with this field empty.
    private var sha256 = ""

    /// - Parameters:
    ///   - folder: that holds the results of the shard.
    ///   - category: all images, not only those of the shard.
    public init(
        _ shard: Shard, of category: SourceCategory, model: Digest, engine: String?, tolerance: Double,
        threshold: ChosenThreshold?, folder: String
    ) throws {
        program = NominalVersion.current
        (self.shard, count) = (shard.number, shard.count)
        (self.model, self.engine, self.tolerance, self.threshold) = (model.hex, engine, tolerance, threshold)
        (list, imageCount) = (Shard.list(of: category).hex, category.images.count)
        scores = Digest.of(try AtomicFile.read(folder + "/scores.json")).hex
        exports = Digest.of(try AtomicFile.read(folder + "/" + ExportFolder.listName)).hex
    }

    /// With its digest.
    public func bytes() throws -> [UInt8] {
        var record = self
        record.sha256 = ""
        record.sha256 = Digest.of(try StageJSON.pretty(record)).hex
        return try StageJSON.pretty(record)
    }

    /// The version that a record says, whatever else is in it.
    static func version(_ bytes: [UInt8]) -> Int? {
        struct Heading: Decodable { let version: Int }
        return (try? StageJSON.decode(Heading.self, bytes))?.version
    }

    public func write(to folder: String) throws {
        try AtomicFile.write(try bytes(), to: folder + "/" + Self.fileName, onlyIfChanged: true)
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
