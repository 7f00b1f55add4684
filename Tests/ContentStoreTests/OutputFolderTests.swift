import ContentStore
import Foundation
import PipelineTestSupport
import Testing

@Suite("Output folders")
struct OutputFolderTests {
    private let place: TemporaryFolder
    private let output: OutputFolder

    init() throws {
        place = try TemporaryFolder()
        for name in ["runs", "elsewhere"] {
            try FileManager.default.createDirectory(atPath: place.path + "/" + name, withIntermediateDirectories: true)
        }
        output = try OutputFolder(place.path + "/runs")
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: place.path + "/" + name, withDestinationPath: target)
    }

    private func text(_ name: String) -> String? {
        try? String(contentsOfFile: place.path + "/" + name, encoding: .utf8)
    }

    private var strangers: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: place.path + "/elsewhere")) ?? []).sorted()
    }

    @Test("Files are written with missing folders, and only if they differ")
    func writing() throws {
        #expect(try output.write([1], to: "a/b/c.txt", onlyIfChanged: true))
        #expect(try !output.write([1], to: "a/b/c.txt", onlyIfChanged: true))
        #expect(try output.write([2], to: "a/b/c.txt", onlyIfChanged: true))
        let source = try place.write("copied", to: "source")
        #expect(try output.place(copyOf: source, at: "a/d.txt", onlyIfChanged: true))
        #expect(try !output.place(copyOf: source, at: "a/d.txt", onlyIfChanged: true))
        #expect(text("runs/a/d.txt") == "copied")
        #expect(try output.holdsFile("a/d.txt") && !output.holdsFile("a/e.txt") && !output.holdsFile("x/e.txt"))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/runs/x"))
        #expect(output.remove("a/d.txt") && !output.remove("a/d.txt"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path + "/runs/a/b") == ["c.txt"])
    }

    @Test("A link in place of a folder is an error with link, target and remedy")
    func linkedFolder() throws {
        try link("runs/maps", to: place.path + "/elsewhere")
        for name in ["maps/a.txt", "maps/deep/a.txt"] {
            let error = #expect(throws: StoreError.self) { try output.write([1], to: name, onlyIfChanged: false) }
            let sentence =
                "\(place.path)/runs/maps is a link to \(place.path)/elsewhere, outside the results folder "
                + "\(place.path)/runs; remove the link, or give the folder that it leads to as the results folder."
            #expect("\(error!)" == sentence)
        }
        try place.write("theirs", to: "elsewhere/a.txt")
        #expect(!output.remove("maps/a.txt"))
        #expect(throws: StoreError.self) { try output.holdsFile("maps/a.txt") }
        #expect(strangers == ["a.txt"] && text("elsewhere/a.txt") == "theirs")
    }

    @Test("A link in place of a file is replaced, its target is unchanged")
    func linkedFile() throws {
        try place.write("theirs", to: "elsewhere/a.txt")
        try link("runs/a.txt", to: "../elsewhere/a.txt")
        #expect(try !output.holdsFile("a.txt"))
        // Even if the content is equal.
        #expect(try output.write(Array("theirs".utf8), to: "a.txt", onlyIfChanged: true))
        #expect(try output.write([65], to: "a.txt", onlyIfChanged: true))
        #expect(text("elsewhere/a.txt") == "theirs" && text("runs/a.txt") == "A")
    }

    @Test(
        "A name that leads out of the folder is refused",
        arguments: ["", "..", ".", "../a", "a/../../b", "/etc/a", "a//b", "a/", "a/./b", "a\0b", "a/.."])
    func names(name: String) throws {
        let error = #expect(throws: StoreError.self) { try output.write([1], to: name, onlyIfChanged: false) }
        #expect(error == .nameLeavesFolder(name: name, folder: place.path + "/runs"))
        #expect(!output.remove(name))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path + "/runs").isEmpty)
    }

    @Test("Replacing an open folder by a link does not redirect writes")
    func swapped() throws {
        try output.write([1], to: "maps/a.txt", onlyIfChanged: false)
        try FileManager.default.moveItem(atPath: place.path + "/runs/maps", toPath: place.path + "/runs/moved")
        try link("runs/maps", to: place.path + "/elsewhere")
        // Writes continue in the open folder at its new place.
        try output.write([2], to: "maps/b.txt", onlyIfChanged: false)
        #expect(strangers.isEmpty)
        #expect(FileManager.default.fileExists(atPath: place.path + "/runs/moved/b.txt"))
        try output.write([2], to: "other/b.txt", onlyIfChanged: false)
        #expect(throws: StoreError.self) { try output.write([3], to: "maps/c.txt", onlyIfChanged: false) }
        #expect(strangers.isEmpty)
    }

    @Test("The folder itself may be a link only if the user named it")
    func named() throws {
        try link("named", to: "elsewhere")
        try OutputFolder(place.path + "/named/").write([1], to: "a.txt", onlyIfChanged: false)
        #expect(strangers == ["a.txt"])
        #expect(
            throws: StoreError.linkInResults(
                link: place.path + "/named", target: "elsewhere", folder: place.path)
        ) { try OutputFolder(place.path + "/named", isNamed: false) }
    }

    @Test("A file over the size limit is not read, even if it reports size 0")
    func limits() throws {
        let file = try place.write("123456", to: "file")
        #expect(try AtomicFile.read(file, limitBytes: 6).count == 6)
        #expect(throws: StoreError.tooLarge(path: file, sizeBytes: 6, limitBytes: 5)) {
            try AtomicFile.read(file, limitBytes: 5)
        }
        #expect(throws: StoreError.self) { try AtomicFile.read("/proc/self/status", limitBytes: 10).count }
        #expect(try AtomicFile.read("/proc/self/status", limitBytes: 1 << 20).count > 10)
    }
}
