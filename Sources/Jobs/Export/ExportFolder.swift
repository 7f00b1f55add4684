import ContentStore
import Datasets
import Folders
import Foundation
import Host
import Stages

/// A run's folder: brought to what an export plan says, writing only what differs and removing what an earlier export wrote
/// and this one does not.
package struct ExportFolder {
    /// The list of exported files with their digests: what a later export compares with.
    package static let listName = "exports.json"

    private static let probeName = ".writable"

    package let path: String
    private let folder: OutputFolder

    /// Creates the folder and makes sure that it can be written to, before hours of work depend on it.
    ///
    /// The folder is marked as one of results before anything else is written, so that none of it is ever read as images.
    ///
    /// - Parameters:
    ///   - isNamed: false for a folder whose last name was not given by the user; it may be no link then.
    ///   - source: stands for what the results are made of, where the folder's name was derived from it.
    ///   - inputs: image files that the results are made of; none of them may lie in the folder.
    /// - Throws: `ExportError`, or `StoreError.linkInResults`.
    package init(path: String, isNamed: Bool = true, source: String? = nil, apartFrom inputs: [String] = []) throws {
        self.path = path
        try ExportFolder.require(path, apartFrom: inputs)
        do {
            try AtomicFile.createFolder(path)
            folder = try OutputFolder(path, isNamed: isNamed)
            let lock = try FolderLock(path)
            defer { withExtendedLifetime(lock) {} }
            try folder.write(
                Array(ResultsMarker.text(source: source).utf8), to: ResultsMarker.name, onlyIfChanged: true)
            try folder.write([], to: ExportFolder.probeName, onlyIfChanged: false)
            _ = folder.remove(ExportFolder.probeName)
        } catch let error as StoreError {
            if case .linkInResults = error { throw error }
            throw ExportError.notWritable(path: path, reason: error.description)
        }
    }

    /// Makes sure that no input lies in a folder for results, nor any other image beside them: none of it would be read as an
    /// image again.
    ///
    /// - Throws: `ExportError.holdsInputs`.
    package static func require(_ path: String, apartFrom inputs: [String]) throws(ExportError) {
        let output = URL(filePath: path).standardized.path
        for folder in Set(inputs.map { ($0 as NSString).deletingLastPathComponent }).sorted()
        where FolderOverlap.lies(folder, in: output) {
            throw .holdsInputs(path: path, input: folder)
        }
        // Not in a folder that has been one of results: who puts an image there has been told.
        guard !ResultsMarker.isIn(output), let names = try? FolderWalk.entries(output) else { return }
        if let image = names.first(where: FolderWalk.isImage) {
            throw .holdsInputs(path: path, input: output + "/" + image)
        }
    }

    /// True if the last export into a folder came to its end: its list is there, and every file that it names.
    ///
    /// - Throws: `StoreError` where that cannot be told.
    package static func isComplete(_ path: String) throws -> Bool {
        guard let files = try list(of: path) else { return false }
        do {
            let folder = try OutputFolder(path, isNamed: false)
            return try files.keys.sorted().allSatisfy { try folder.holdsFile($0) }
        } catch StoreError.nameLeavesFolder, StoreError.linkInResults {
            // No export has written such a list.
            return false
        }
    }

    /// The list is the last file that is written, and says before that what is to come: so an export that was killed is told from
    /// one that came to its end (`isComplete`).
    ///
    /// - Parameter isComplete: false after a run that failed or was stopped: then the results of an earlier one stay.
    /// - Returns: how many files were written and removed.
    package func export(
        _ plan: ExportPlan, from store: ContentStore, isComplete: Bool
    ) throws -> (written: Int, removed: Int) {
        // Two runs with the same folder must not leave a mixture: the later export is the one that stands.
        let lock = try FolderLock(path)
        defer { withExtendedLifetime(lock) {} }
        // Before anything else: a link or a name that leads out ends the export.
        let present = try plan.files.filter { try folder.holdsFile($0.path) }
        try removeLeftovers(plan)
        let former = try formerList()
        let exported = Dictionary(plan.files.map { ($0.path, $0.digest.hex) }) { first, _ in first }
        var written = 0
        let digests = try store.sourceDigests(paths: present.map { path + "/" + $0.path })
        let unchanged = Set(zip(present, digests).filter { $0.0.digest == $0.1 }.map(\.0.path))
        if unchanged.count < exported.count { try write(list: former.merging(exported) { $1 }) }
        for file in plan.files where !unchanged.contains(file.path) {
            let blob = try store.verifiedPath(file.digest)
            if try folder.place(copyOf: blob, at: file.path, onlyIfChanged: true) { written += 1 }
        }
        // The list is a file that anybody may have edited: what it names is removed in this folder alone, and nothing else ever.
        let removed = isComplete ? former.keys.filter { exported[$0] == nil }.sorted().count(where: folder.remove) : 0
        try write(list: isComplete ? exported : former.merging(exported) { $1 })
        return (written, removed)
    }

    private func write(list: [String: String]) throws {
        try folder.write(try ExportFolder.content(list), to: ExportFolder.listName, onlyIfChanged: true)
    }

    /// What an earlier export has listed; nothing where there is no list, or one that is damaged.
    private func formerList() throws -> [String: String] { try ExportFolder.list(of: path) ?? [:] }

    /// What `exports.json` says of files, by digest.
    static func content(_ list: [String: String]) throws -> [UInt8] {
        try StageJSON.pretty(Dictionary(list.map { (PathText.key($0.key), $0.value) }) { first, _ in first })
    }

    /// The files that a folder was exported with, by digest; nil where it has no list of them, or one that is damaged.
    ///
    /// - Throws: `StoreError` where that cannot be told.
    static func list(of folder: String) throws -> [String: String]? {
        let file = folder + "/" + listName
        guard try AtomicFile.exists(file) else { return nil }
        do {
            return list(try AtomicFile.read(file, limitBytes: ResultFiles.listLimitBytes))
        } catch StoreError.tooLarge {
            return nil
        }
    }

    /// As `list(of:)`, of the bytes of a list.
    static func list(_ bytes: [UInt8]) -> [String: String]? {
        guard let list = try? StageJSON.decode([String: String].self, bytes) else { return nil }
        return Dictionary(list.map { (PathText.read($0.key), $0.value) }) { first, _ in first }
    }

    /// What a run that was killed while it wrote left behind.
    private func removeLeftovers(_ plan: ExportPlan) throws {
        let own = [
            ExportFolder.listName, ExportFolder.probeName, ResultsMarker.name, RunTiming.jsonName, RunTiming.pageName,
            ResultFiles.lineagePageName,
        ]
        var names: [String: Set<String>] = [path: Set(own)]
        for file in plan.files {
            let target = path + "/" + file.path
            guard let slash = target.lastIndex(of: "/") else { continue }
            names[String(target[..<slash]), default: []].insert(String(target[target.index(after: slash)...]))
        }
        for (folder, files) in names where try AtomicFile.isFolder(folder) {
            try AtomicFile.removeLeftovers(of: files, in: folder)
        }
    }
}

/// Why results cannot be exported.
package enum ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    case notWritable(path: String, reason: String)
    case holdsInputs(path: String, input: String)

    package var description: String {
        switch self {
        case .notWritable(let path, let reason):
            "\(path): cannot write here (\(reason)); "
                + SystemReason.remedy(
                    for: reason, otherwise: "correct the permissions, or choose another folder with --output")
        case .holdsInputs(let path, let input):
            "\(path): images lie in it: \(input); expected a folder for results alone, as nothing in "
                + "such a folder is read as images again. Choose another one with --output"
        }
    }
}

/// How large files of a folder of results may be that are read back. Such folders may come from anyone.
package enum ResultFiles {
    /// Of lists with a line for each image, of which there may be a million.
    package static let listLimitBytes = 256 << 20
    /// Of those with a line for each stage.
    static let timingLimitBytes = 16 << 20
    /// The page of a run's lineage.
    package static let lineagePageName = ReportStage.lineagePageName

    /// Files that lie beside results and are none: they tell of clocks, of the other files or of the sources, and are attested by nobody.
    static let byproducts: Set<String> = [
        ExportFolder.listName, RunTiming.jsonName, RunTiming.pageName, lineagePageName, "depends.mk",
        ResultsMarker.name,
    ]

    package static func isByproduct(_ name: String) -> Bool { byproducts.contains(name) }
}
