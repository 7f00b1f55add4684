import ContentStore
import Folders
import Foundation

/// A run's folder: brought to what an export plan says, writing only what differs and removing what an earlier export wrote
/// and this one does not.
public struct ExportFolder {
    /// The list of exported files with their digests: what a later export compares with.
    public static let listName = "exports.json"

    private static let probeName = ".writable"

    public let path: String
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
    public init(path: String, isNamed: Bool = true, source: String? = nil, apartFrom inputs: [String] = []) throws {
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
    public static func require(_ path: String, apartFrom inputs: [String]) throws(ExportError) {
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

    /// - Parameter isComplete: false after a run that failed or was stopped: then the results of an earlier one stay.
    /// - Returns: how many files were written and removed.
    public func export(
        _ plan: ExportPlan, from store: ContentStore, isComplete: Bool
    ) throws -> (written: Int, removed: Int) {
        // Two runs with the same folder must not leave a mixture: the later export is the one that stands.
        let lock = try FolderLock(path)
        defer { withExtendedLifetime(lock) {} }
        // Before anything else: a link or a name that leads out ends the export.
        let present = try plan.files.filter { try folder.holdsFile($0.path) }
        try removeLeftovers(plan)
        var written = 0
        let digests = try store.sourceDigests(paths: present.map { path + "/" + $0.path })
        let unchanged = Set(zip(present, digests).filter { $0.0.digest == $0.1 }.map(\.0.path))
        for file in plan.files where !unchanged.contains(file.path) {
            let blob = try store.verifiedPath(file.digest)
            if try folder.place(copyOf: blob, at: file.path, onlyIfChanged: true) { written += 1 }
        }
        let former = formerList()
        let exported = Dictionary(plan.files.map { ($0.path, $0.digest.hex) }) { first, _ in first }
        // The list is a file that anybody may have edited: what it names is removed in this folder alone, and nothing else ever.
        let removed = isComplete ? former.keys.filter { exported[$0] == nil }.sorted().count(where: folder.remove) : 0
        let list = isComplete ? exported : former.merging(exported) { $1 }
        try folder.write(try StageJSON.pretty(list), to: ExportFolder.listName, onlyIfChanged: true)
        return (written, removed)
    }

    private func formerList() -> [String: String] {
        guard
            let bytes = try? AtomicFile.read(
                path + "/" + ExportFolder.listName, limitBytes: ResultFiles.listLimitBytes)
        else { return [:] }
        return (try? StageJSON.decode([String: String].self, bytes)) ?? [:]
    }

    /// What a run that was killed while it wrote left behind.
    private func removeLeftovers(_ plan: ExportPlan) throws {
        let own = [
            ExportFolder.listName, ExportFolder.probeName, ResultsMarker.name, RunTiming.jsonName, RunTiming.pageName,
            LineageView.pageName,
        ]
        var names: [String: Set<String>] = [path: Set(own)]
        for file in plan.files {
            let target = path + "/" + file.path
            names[(target as NSString).deletingLastPathComponent, default: []].insert(
                (target as NSString).lastPathComponent)
        }
        for (folder, files) in names where FileManager.default.fileExists(atPath: folder) {
            try AtomicFile.removeLeftovers(of: files, in: folder)
        }
    }
}

/// Why results cannot be exported.
public enum ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    case notWritable(path: String, reason: String)
    case holdsInputs(path: String, input: String)

    public var description: String {
        switch self {
        case .notWritable(let path, let reason):
            "\(path): cannot write here (\(reason)); correct the permissions, or choose another folder with --output"
        case .holdsInputs(let path, let input):
            "\(path): images lie in it: \(input); expected a folder for results alone, as nothing in "
                + "such a folder is read as images again. Choose another one with --output"
        }
    }
}
