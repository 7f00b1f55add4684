import ContentStore
import Datasets
import Stages

/// A part of a folder of images that a separate process scores.
package struct Shard: Sendable, Hashable, CustomStringConvertible {
    /// The number of the shard, from 1.
    package let number: Int
    package let count: Int
    static let countLimit = 100_000

    /// Parses text such as "3/16"; nil if it is invalid.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
            (1...Self.countLimit).contains(count), (1...count).contains(number)
        else { return nil }
        (self.number, self.count) = (number, count)
    }

    init(number: Int, of count: Int) { (self.number, self.count) = (number, count) }

    package var description: String { "\(number)/\(count)" }

    /// The name of its results folder within the shared output folder.
    package var folderName: String { "shard-\(number)-of-\(count)" }

    /// The images of this shard; the sizes of shards differ by at most one.
    package func images(of category: SourceCategory) -> SourceCategory {
        let total = category.images.count
        var part = category
        part.images = Array(category.images[total * (number - 1) / count..<total * number / count])
        return part
    }

    /// A digest of the names of all images, which detects a folder that changed between shards.
    package static func list(of category: SourceCategory) -> Digest {
        Digest.of(Array(category.images.map(\.file).joined(separator: "\n").utf8))
    }
}

/// `shard.json` beside the results of a shard. It is written last and marks the shard as complete.
///
/// Version history: 1 = first; 2 = digests of the list of files and of the record, and the threshold.
package struct ShardRecord: Codable, Sendable, Equatable {
    static let currentVersion = 2
    package static let fileName = "shard.json"
    static let limitBytes = 1 << 20

    var version = ShardRecord.currentVersion
    /// The version of Nominal.
    let program: String
    let shard, count: Int
    /// The digest of the model file.
    let model: String
    let engine: String?
    let tolerance: Double
    /// The threshold that the user set; nil for the model's own.
    let threshold: ChosenThreshold?
    /// The digest of the names of all images in the folder, and their number.
    let list: String
    let imageCount: Int
    /// The digests of `scores.json` and of the list of exports.
    let scores, exports: String
    /// The digest of this record with this field empty.
    private var sha256 = ""

    /// - Parameters:
    ///   - category: all images, not only those of the shard.
    ///   - folder: the folder of the shard's results.
    package init(
        _ shard: Shard, of category: SourceCategory, model: Digest, engine: String?, tolerance: Double,
        threshold: ChosenThreshold?, folder: String
    ) throws {
        program = NominalVersion.current
        (self.shard, count) = (shard.number, shard.count)
        (self.model, self.engine, self.tolerance, self.threshold) = (model.hex, engine, tolerance, threshold)
        (list, imageCount) = (Shard.list(of: category).hex, category.images.count)
        scores = Digest.of(try AtomicFile.read(folder + "/scores.json", limitBytes: ResultFiles.listLimitBytes)).hex
        exports =
            Digest.of(try AtomicFile.read(folder + "/" + ExportFolder.listName, limitBytes: ResultFiles.listLimitBytes))
            .hex
    }

    /// The encoded record with its digest.
    package func bytes() throws -> [UInt8] {
        var record = self
        record.sha256 = ""
        record.sha256 = Digest.of(try StageJSON.pretty(record)).hex
        return try StageJSON.pretty(record)
    }

    /// The version of a record, regardless of its other content.
    static func version(_ bytes: [UInt8]) -> Int? {
        struct Heading: Decodable { let version: Int }
        return (try? StageJSON.decode(Heading.self, bytes))?.version
    }

    package func write(to folder: String) throws {
        try AtomicFile.write(try bytes(), to: folder + "/" + Self.fileName, onlyIfChanged: true)
    }

    /// Removes the record of an earlier run, which marks the shard as incomplete.
    package static func remove(from folder: String) throws {
        let folder = try OutputFolder(folder, isNamed: false)
        _ = folder.remove(fileName)
    }

    /// Writes the result files of a shard without images.
    package static func writeEmpty(to folder: String) throws {
        for (name, bytes) in try ScoreTables.files([]) {
            try AtomicFile.write(bytes, to: folder + "/" + name, onlyIfChanged: true)
        }
        try AtomicFile.write(Array("{}\n".utf8), to: folder + "/" + ExportFolder.listName, onlyIfChanged: true)
    }
}
