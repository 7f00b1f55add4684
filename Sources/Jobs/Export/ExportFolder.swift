import ContentStore
import Datasets
import Folders
import Foundation
import Host
import Stages
import Synchronization

/// The results folder of a run. An export writes the files that differ and removes files of an earlier export that are
/// no longer in the plan.
package struct ExportFolder {
    /// The list of exported files with their digests, which the next export compares with.
    package static let listName = "exports.json"

    private static let probeName = ".writable"
    private static let writerCount = 8

    package let path: String
    private let folder: OutputFolder

    /// Creates the folder, marks it as a results folder, which is never read as images, and checks that it is writable
    /// before hours of work depend on it.
    ///
    /// - Parameters:
    ///   - isNamed: false if the user did not give the last component of the path; it must not be a link then.
    ///   - source: identifies the source of the results if the folder's name was derived from it.
    ///   - inputs: the source images, which must not lie in the folder.
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

    /// Checks that a results folder contains no input and no other image, because they would never be read as images
    /// again.
    ///
    /// - Throws: `ExportError.holdsInputs`.
    package static func require(_ path: String, apartFrom inputs: [String]) throws(ExportError) {
        let output = URL(filePath: path).standardized.path
        for folder in Set(inputs.map { ($0 as NSString).deletingLastPathComponent }).sorted()
        where FolderOverlap.lies(folder, in: output) {
            throw .holdsInputs(path: path, input: folder)
        }
        // The marker of a results folder already keeps images out.
        guard !ResultsMarker.isIn(output), let names = try? FolderWalk.entries(output) else { return }
        if let image = names.first(where: FolderWalk.isImage) {
            throw .holdsInputs(path: path, input: output + "/" + image)
        }
    }

    /// True if the last export into a folder finished: its list and all listed files exist.
    ///
    /// - Throws: `StoreError` if the folder cannot be read.
    package static func isComplete(_ path: String) throws -> Bool {
        guard let files = try list(of: path) else { return false }
        do {
            let folder = try OutputFolder(path, isNamed: false)
            return try files.keys.sorted().allSatisfy { try folder.holdsFile($0) }
        } catch StoreError.nameLeavesFolder, StoreError.linkInResults {
            // No export writes such a list.
            return false
        }
    }

    /// Exports files. The list is written first with the expected files and last with the final ones, so that
    /// `isComplete` detects a killed export.
    ///
    /// - Parameter isComplete: false after a failed or interrupted run, which keeps earlier results.
    /// - Returns: the numbers of written and removed files.
    package func export(
        _ plan: ExportPlan, from store: ContentStore, isComplete: Bool
    ) throws -> (written: Int, removed: Int) {
        // Two runs with the same folder must not mix their results; the later export wins.
        let lock = try FolderLock(path)
        defer { withExtendedLifetime(lock) {} }
        // Check first for links and names that leave the folder, which end the export.
        let present = try plan.files.filter { try folder.holdsFile($0.path) }
        try removeLeftovers(plan)
        let former = try formerList()
        let exported = Dictionary(plan.files.map { ($0.path, $0.digest.hex) }) { first, _ in first }
        let digests = try store.sourceDigests(paths: present.map { path + "/" + $0.path })
        let unchanged = Set(zip(present, digests).filter { $0.0.digest == $0.1 }.map(\.0.path))
        if unchanged.count < exported.count { try write(list: former.merging(exported) { $1 }) }
        let missing = plan.files.filter { !unchanged.contains($0.path) }
        let written = Atomic<Int>(0)
        // Threads spend most of the time waiting for the disk.
        try ThreadTeam.forEach(count: missing.count, threads: Self.writerCount, named: "export") { [folder] number in
            let blob = try store.verifiedPath(missing[number].digest)
            if try folder.place(copyOf: blob, at: missing[number].path, onlyIfChanged: true) {
                written.add(1, ordering: .relaxed)
            }
        }
        // The list may have been edited; remove nothing outside of this folder.
        let removed = isComplete ? former.keys.filter { exported[$0] == nil }.sorted().count(where: folder.remove) : 0
        try write(list: isComplete ? exported : former.merging(exported) { $1 })
        return (written.load(ordering: .relaxed), removed)
    }

    private func write(list: [String: String]) throws {
        try folder.write(try ExportFolder.content(list), to: ExportFolder.listName, onlyIfChanged: true)
    }

    /// The list of the earlier export; empty if it is missing or damaged.
    private func formerList() throws -> [String: String] { try ExportFolder.list(of: path) ?? [:] }

    /// The content of `exports.json` for a list of digests by file.
    static func content(_ list: [String: String]) throws -> [UInt8] {
        try StageJSON.pretty(Dictionary(list.map { (PathText.key($0.key), $0.value) }) { first, _ in first })
    }

    /// The digests of the exported files of a folder, by path; nil if the list is missing or damaged.
    ///
    /// - Throws: `StoreError` if the folder cannot be read.
    static func list(of folder: String) throws -> [String: String]? {
        let file = folder + "/" + listName
        guard try AtomicFile.exists(file) else { return nil }
        do {
            return list(try AtomicFile.read(file, limitBytes: ResultFiles.listLimitBytes))
        } catch StoreError.tooLarge {
            return nil
        }
    }

    /// The list in the bytes of `exports.json`; nil if it is damaged.
    static func list(_ bytes: [UInt8]) -> [String: String]? {
        guard let list = try? StageJSON.decode([String: String].self, bytes) else { return nil }
        return Dictionary(list.map { (PathText.read($0.key), $0.value) }) { first, _ in first }
    }

    /// Removes temporary files that a killed run left behind.
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

/// A reason why results cannot be exported.
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
