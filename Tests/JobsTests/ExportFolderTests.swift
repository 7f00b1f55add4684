import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite struct ExportFolderTests {
    private let folder: TemporaryFolder
    private let store: ContentStore
    private let exports: ExportFolder

    init() throws {
        folder = try TemporaryFolder()
        store = try ContentStore(path: folder.path + "/store")
        exports = try ExportFolder(path: folder.path + "/runs/job")
    }

    @discardableResult
    private func export(_ files: [String: String], isComplete: Bool = true) throws -> [Int] {
        let plan = try files.map {
            ExportPlan.File(path: $0.key, digest: try store.put(bytes: Array($0.value.utf8)))
        }
        let done = try exports.export(ExportPlan(files: plan), from: store, isComplete: isComplete)
        return [done.written, done.removed]
    }

    private func text(_ name: String) -> String? {
        try? String(contentsOfFile: exports.path + "/" + name, encoding: .utf8)
    }

    @Test("Only changed files are written")
    func changes() throws {
        #expect(try export(["a/1.txt": "one", "a/2.txt": "two"]) == [2, 0])
        #expect(try export(["a/1.txt": "one", "a/2.txt": "two"]) == [0, 0])
        #expect(try export(["a/1.txt": "one", "a/2.txt": "changed"]) == [1, 0])
        #expect(text("a/2.txt") == "changed")
    }

    @Test("A changed or deleted file is restored")
    func repair() throws {
        try export(["a.txt": "one", "b.txt": "two"])
        try folder.write("edited", to: "runs/job/a.txt")
        try FileManager.default.removeItem(atPath: exports.path + "/b.txt")
        #expect(try export(["a.txt": "one", "b.txt": "two"]) == [2, 0])
        #expect(text("a.txt") == "one")
    }

    @Test("Files that are no longer exported are removed; the user's files stay")
    func removal() throws {
        try export(["a.txt": "one", "b.txt": "two"])
        try folder.write("mine", to: "runs/job/notes.txt")
        #expect(try export(["a.txt": "one"]) == [0, 1])
        #expect(text("b.txt") == nil)
        #expect(text("notes.txt") == "mine")
    }

    @Test("Concurrent exports into one folder leave one complete export")
    func concurrent() throws {
        let names = (0..<20).map { "file\($0).txt" }
        let (path, store) = (exports.path, store)
        try ThreadTeam.forEach(count: 6, threads: 6, named: "export") { index in
            let files = try names.map {
                ExportPlan.File(path: $0, digest: try store.put(bytes: Array("run \(index)".utf8)))
            }
            _ = try ExportFolder(path: path).export(ExportPlan(files: files), from: store, isComplete: true)
        }
        #expect(Set(names.map { text($0) }).count == 1)
    }

    @Test("A failed run removes nothing; the next successful run does")
    func incomplete() throws {
        try export(["a.txt": "one", "b.txt": "two"])
        #expect(try export(["a.txt": "new"], isComplete: false) == [1, 0])
        #expect(text("b.txt") == "two")
        #expect(try export(["a.txt": "new"]) == [0, 1])
        #expect(text("b.txt") == nil)
    }

    @Test("An export is complete only when its list and all listed files exist")
    func complete() throws {
        #expect(try !ExportFolder.isComplete(exports.path) && !ExportFolder.isComplete(exports.path + "/none"))
        try export(["a/1.txt": "one", "b.txt": "two"])
        #expect(try ExportFolder.isComplete(exports.path))
        for name in ["a/1.txt", "b.txt", "exports.json"] {
            try FileManager.default.removeItem(atPath: exports.path + "/" + name)
            #expect(try !ExportFolder.isComplete(exports.path), "without \(name)")
            try export(["a/1.txt": "one", "b.txt": "two"])
            #expect(try ExportFolder.isComplete(exports.path))
        }
        for list in ["[1]", "", "{\"../x\": \"0\"}"] {
            try folder.write(list, to: "runs/job/exports.json")
            #expect(try !ExportFolder.isComplete(exports.path))
        }
    }

    @Test("An export that is interrupted while writing new files is incomplete")
    func interrupted() throws {
        try export(["a.txt": "one"])
        let later = try store.put(bytes: Array("two".utf8))
        store.flush()
        try FileManager.default.removeItem(atPath: store.objectPath(later))
        let first = try store.put(bytes: Array("new".utf8))
        let plan = ExportPlan(files: [.init(path: "a.txt", digest: first), .init(path: "b.txt", digest: later)])
        #expect(throws: StoreError.missingBlob(later)) { try exports.export(plan, from: store, isComplete: true) }
        #expect(text("a.txt") == "new")
        #expect(try !ExportFolder.isComplete(exports.path))
        try export(["a.txt": "new", "b.txt": "two"])
        #expect(try ExportFolder.isComplete(exports.path))
    }

    @Test("A tampered list never leads out of the folder")
    func hostileList() throws {
        try folder.write("keep", to: "victim.txt")
        try FileManager.default.createDirectory(atPath: folder.path + "/other", withIntermediateDirectories: true)
        try folder.write("keep", to: "other/victim.txt")
        try FileManager.default.createSymbolicLink(
            atPath: exports.path + "/link", withDestinationPath: folder.path + "/other")
        try FileManager.default.createSymbolicLink(
            atPath: exports.path + "/victim", withDestinationPath: folder.path + "/victim.txt")
        let hostile = [
            "../../victim.txt", "a/../../../victim.txt", folder.path + "/victim.txt",
            "//" + folder.path + "/victim.txt",
            "link/victim.txt", "victim", "", ".", "..", "/", "a/../../..", "./../../victim.txt",
        ]
        let list = Dictionary(uniqueKeysWithValues: hostile.map { ($0, "0") })
        try folder.write(String(decoding: try StageJSON.encode(list), as: UTF8.self), to: "runs/job/exports.json")
        // The link itself lies in the folder.
        #expect(try export(["a.txt": "one"]) == [1, 1])
        #expect(FileManager.default.contents(atPath: folder.path + "/victim.txt") == Data("keep".utf8))
        #expect(FileManager.default.contents(atPath: folder.path + "/other/victim.txt") == Data("keep".utf8))
    }

    @Test("A plan with a path out of the folder, as in a forged bundle, is refused before anything is written")
    func hostilePlan() throws {
        for name in ["anomaly_maps/../../../victim.txt", "/victim.txt", "../victim.txt"] {
            let error = #expect(throws: StoreError.self) { try export(["a.txt": "one", name: "two"]) }
            #expect(error == .nameLeavesFolder(name: name, folder: exports.path))
        }
        #expect(text("a.txt") == nil && !FileManager.default.fileExists(atPath: folder.path + "/runs/victim.txt"))
    }

    @Test("An invalid list is ignored", arguments: ["", "[1]", "{\"a\": 1}", "\u{0}"])
    func damagedList(text: String) throws {
        try folder.write(text, to: "runs/job/exports.json")
        #expect(try export(["a.txt": "one"]) == [1, 0])
    }

    @Test("An unwritable folder is refused with the reason")
    func notWritable() throws {
        try folder.write("", to: "file")
        let error = #expect(throws: ExportError.self) { try ExportFolder(path: folder.path + "/file/runs") }
        #expect("\(error!)".contains("file/runs: cannot write here (Cannot create the folder"))
        #expect("\(error!)".contains("--output"))
    }
}
