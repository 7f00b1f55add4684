import ContentStore
import Folders
import Stages
import Wording

/// Merges the results of all shards into their common folder, as scoring without shards would have written them.
package struct ShardMerge {
    private let folder: String
    private let shards: [(shard: Shard, folder: String, record: ShardRecord)]
    /// The number of images.
    package let imageCount: Int

    /// Validates the records of all shards.
    ///
    /// - Throws: `ShardError`.
    package init(folder: String) throws {
        self.folder = folder
        guard try AtomicFile.isFolder(folder) else { throw ShardError.noFolder(folder) }
        let names = try AtomicFile.names(in: folder)
        let found = Set(names.compactMap(Self.shard))
        let counts = Set(found.map(\.count)).sorted()
        guard let count = counts.first else { throw ShardError.none(folder) }
        guard counts.count == 1 else { throw ShardError.severalCounts(folder, counts) }
        var records: [ShardRecord] = []
        var missing: [Int] = []
        for number in 1...count {
            if let record = try Self.record(folder + "/" + Shard(number: number, of: count).folderName) {
                records.append(record)
            } else {
                missing.append(number)
            }
        }
        guard missing.isEmpty else { throw ShardError.missing(missing, of: count) }
        for record in records {
            for (what, isEqual) in [
                ("another version of Nominal", record.program == records[0].program),
                ("another model", record.model == records[0].model),
                ("another engine", record.engine == records[0].engine),
                ("another tolerance", record.tolerance == records[0].tolerance),
                ("another threshold", record.threshold == records[0].threshold),
                ("another list of images: the folder has changed", record.list == records[0].list),
            ] where !isEqual {
                throw ShardError.differs(record.shard, from: records[0].shard, of: count, what)
            }
        }
        shards = records.map { record in
            let shard = Shard(number: record.shard, of: count)
            return (shard, folder + "/" + shard.folderName, record)
        }
        imageCount = records[0].imageCount
    }

    /// Writes the tables of scores and regions, maps and overlays. Pictures are hard links to those of the shards.
    ///
    /// - Parameter progress: receives the number of finished shards and of all shards.
    /// - Returns: the number of scored images.
    /// - Throws: `ShardError`, `StoreError`.
    package func write(progress: (Int, Int) -> Void) throws -> Int {
        let lock = try FolderLock(folder)
        defer { withExtendedLifetime(lock) {} }
        var rows: [ScoreRow] = []
        var images: [String: Int] = [:]
        for (shard, source, record) in shards {
            for row in try scores(shard, source, record) {
                if let other = images.updateValue(shard.number, forKey: row.image) {
                    throw ShardError.twice(row.image, other, shard.number)
                }
                rows.append(row)
            }
        }
        let target = try OutputFolder(folder, isNamed: true)
        if !ResultsMarker.isIn(folder) {
            try target.write(Array(ResultsMarker.text().utf8), to: ResultsMarker.name, onlyIfChanged: true)
        }
        let former = try ExportFolder.list(of: folder)
        var exports: [String: String] = [:]
        for (position, (shard, source, record)) in shards.enumerated() {
            for (file, digest) in try listed(shard, source, record).sorted(by: { $0.key < $1.key })
            where !ScoreTables.names.contains(file) {
                // The file may be a damaged copy from another machine.
                guard try Digest.of(filePath: source + "/" + file).hex == digest else {
                    throw ShardError.changed(source + "/" + file, shard)
                }
                try target.link(source + "/" + file, at: file)
                exports[file] = digest
            }
            progress(position + 1, shards.count)
        }
        // Remove files of an earlier merge.
        for file in (former ?? [:]).keys.sorted() where exports[file] == nil && !ScoreTables.names.contains(file) {
            _ = target.remove(file)
        }
        for (name, bytes) in try ScoreTables.files(rows) { try target.write(bytes, to: name, onlyIfChanged: true) }
        // The list comes last, as in every export.
        try target.write(try ExportFolder.content(exports), to: ExportFolder.listName, onlyIfChanged: true)
        return rows.count
    }

    private func scores(_ shard: Shard, _ folder: String, _ record: ShardRecord) throws -> [ScoreRow] {
        let file = folder + "/scores.json"
        let bytes = try AtomicFile.read(file, limitBytes: StageJSON.limitBytes)
        guard Digest.of(bytes).hex == record.scores, let rows = try? StageJSON.decode([ScoreRow].self, bytes) else {
            throw ShardError.changed(file, shard)
        }
        return rows
    }

    private func listed(_ shard: Shard, _ folder: String, _ record: ShardRecord) throws -> [String: String] {
        let file = folder + "/" + ExportFolder.listName
        guard let bytes = try? AtomicFile.read(file, limitBytes: ResultFiles.listLimitBytes),
            Digest.of(bytes).hex == record.exports, let files = ExportFolder.list(bytes)
        else { throw ShardError.changed(file, shard) }
        return files
    }

    private static func shard(_ name: String) -> Shard? {
        let parts = name.split(separator: "-")
        guard parts.count == 4, parts[0] == "shard", let shard = Shard("\(parts[1])/\(parts[3])"),
            shard.folderName == name
        else { return nil }
        return shard
    }

    /// The record of a shard; nil if the shard is not complete.
    private static func record(_ folder: String) throws -> ShardRecord? {
        let file = folder + "/" + ShardRecord.fileName
        guard try AtomicFile.exists(file) else { return nil }
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(file, limitBytes: ShardRecord.limitBytes)
        } catch StoreError.tooLarge {
            throw ShardError.malformed(file)
        }
        guard let record = try? StageJSON.decode(ShardRecord.self, bytes) else {
            if let found = ShardRecord.version(bytes), found != ShardRecord.currentVersion {
                throw ShardError.version(file, found: found, expected: ShardRecord.currentVersion)
            }
            throw ShardError.malformed(file)
        }
        guard record.version == ShardRecord.currentVersion else {
            throw ShardError.version(file, found: record.version, expected: ShardRecord.currentVersion)
        }
        guard try record.bytes() == bytes else { throw ShardError.damaged(file) }
        let shard = Shard("\(record.shard)/\(record.count)")
        guard shard?.folderName == folder.split(separator: "/").last.map(String.init) else {
            throw ShardError.malformed(file)
        }
        return record
    }
}

/// A reason why shards cannot be merged.
package enum ShardError: Error, Equatable, Sendable, CustomStringConvertible {
    case noFolder(String)
    case none(String)
    case severalCounts(String, [Int])
    case missing([Int], of: Int)
    case differs(Int, from: Int, of: Int, String)
    case twice(String, Int, Int)
    case changed(String, Shard)
    case malformed(String)
    case damaged(String)
    case version(String, found: Int, expected: Int)

    /// True if something is missing rather than wrong.
    package var isMissing: Bool {
        switch self {
        case .noFolder, .none, .missing: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .noFolder(let folder): "\(folder): no such folder; expected the output folder of the shards"
        case .none(let folder):
            "\(folder) holds no results of shards (shard-1-of-N, ...); make them with nominal score --shard 1/N --output \(folder)"
        case .severalCounts(let folder, let counts):
            "\(folder) holds shards of \(counts.map(String.init).joined(separator: " and of ")); "
                + "remove the folders of those that are not wanted"
        case .missing(let numbers, let count):
            "\(numbers.count) of \(count) shards are not done: \(numbers.map(String.init).listed(atMost: 10)); "
                + "run nominal score --shard \(numbers.first ?? 1)/\(count) and so on with the same model and folder"
        case .differs(let number, let other, let count, let what):
            "shard \(number) of \(count) was made with \(what) than shard \(other); make it again"
        case .twice(let image, let first, let second):
            "the image \(image) is in the results of shard \(first) and of shard \(second); make one of them again"
        case .changed(let file, let shard):
            "\(file) differs from what shard \(shard) wrote: its SHA-256 does not match; copy it again from where the shard was made, "
                + "or make it again with nominal score --shard \(shard)"
        case .malformed(let file): "\(file) is not a valid shard record; make the shard again"
        case .damaged(let file):
            "\(file) is damaged: its SHA-256 does not match its content; copy it again from where the shard was made, or make it again"
        case .version(let file, let found, let expected):
            "\(file) has version \(found), expected \(expected); make the shard again with this program"
        }
    }
}
