import ContentStore
import Datasets

/// One part of many of a folder of images, to be scored by a process of its own.
package struct Shard: Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    package let number: Int
    package let count: Int
    static let countLimit = 100_000

    /// From text such as "3/16"; `nil` where it is no such thing.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
            (1...Self.countLimit).contains(count), (1...count).contains(number)
        else { return nil }
        (self.number, self.count) = (number, count)
    }

    init(number: Int, of count: Int) { (self.number, self.count) = (number, count) }

    package var description: String { "\(number)/\(count)" }

    /// The folder of its results, in the one that all shards share.
    package var folderName: String { "shard-\(number)-of-\(count)" }

    /// Its part of the images: as many as the others have, or one less.
    package func images(of category: SourceCategory) -> SourceCategory {
        let total = category.images.count
        var part = category
        part.images = Array(category.images[total * (number - 1) / count..<total * number / count])
        return part
    }

    /// A digest of the names of all images, by which shards of a folder that changed in between are told.
    package static func list(of category: SourceCategory) -> Digest {
        Digest.of(Array(category.images.map(\.file).joined(separator: "\n").utf8))
    }
}

/// What a shard was, in `shard.json` beside its results: written last, so that a shard that has one is whole.
///
/// Version history: 1 = first; 2 = digests of the list of its files and of the record itself, and the threshold.
package struct ShardRecord: Codable, Sendable, Equatable {
    static let currentVersion = 2
    package static let fileName = "shard.json"
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
    package init(
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
    package func bytes() throws -> [UInt8] {
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

    package func write(to folder: String) throws {
        try AtomicFile.write(try bytes(), to: folder + "/" + Self.fileName, onlyIfChanged: true)
    }

    /// Removes the record of an earlier run: from now on the shard is not whole.
    package static func remove(from folder: String) throws {
        let folder = try OutputFolder(folder, isNamed: false)
        _ = folder.remove(fileName)
    }

    /// A shard without images leaves what one with images does.
    package static func writeEmpty(to folder: String) throws {
        try AtomicFile.write(try StageJSON.pretty([ScoreRow]()), to: folder + "/scores.json", onlyIfChanged: true)
        try AtomicFile.write(Array("{}\n".utf8), to: folder + "/" + ExportFolder.listName, onlyIfChanged: true)
        try AtomicFile.write(Array((ScoreRow.header + "\n").utf8), to: folder + "/scores.csv", onlyIfChanged: true)
    }
}
