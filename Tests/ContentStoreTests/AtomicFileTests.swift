import Foundation
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Atomic files")
struct AtomicFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("An unchanged file keeps its times, a changed one is replaced, no temporary file remains")
    func writing() throws {
        let path = folder.path + "/file"
        #expect(try AtomicFile.write([1, 2], to: path, onlyIfChanged: true))
        let before = try FileSignature(path: path)
        #expect(try !AtomicFile.write([1, 2], to: path, onlyIfChanged: true))
        #expect(try FileSignature(path: path) == before)
        #expect(try AtomicFile.write([1, 3], to: path, onlyIfChanged: true))
        #expect(try AtomicFile.read(path) == [1, 3])
        #expect(try AtomicFile.write([1, 3], to: path, onlyIfChanged: false))
        #expect(try FolderOperations.names(in: folder.path) == ["file"])
    }

    @Test("A link at the destination is replaced, its target is unchanged")
    func link() throws {
        let target = try folder.write("target", to: "target")
        let path = folder.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        #expect(try AtomicFile.write(Array("target".utf8), to: path, onlyIfChanged: true))
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeRegular)
        #expect(try AtomicFile.read(target) == Array("target".utf8))
    }

    @Test("A copy is placed once", arguments: [0, 1, 1 << 18, (1 << 20) + 3])
    func placing(count: Int) throws {
        let source = folder.path + "/source"
        let path = folder.path + "/copy"
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try AtomicFile.write(bytes, to: source, onlyIfChanged: false)
        #expect(try AtomicFile.place(copyOf: source, at: path, onlyIfChanged: true))
        #expect(try AtomicFile.read(path) == bytes)
        #expect(try !AtomicFile.place(copyOf: source, at: path, onlyIfChanged: true))
        try AtomicFile.write(bytes + [0], to: source, onlyIfChanged: false)
        #expect(try AtomicFile.place(copyOf: source, at: path, onlyIfChanged: true))
        #expect(try AtomicFile.read(path) == bytes + [0])
    }

    @Test("The error names a missing folder, and no file remains")
    func missingFolder() throws {
        let path = folder.path + "/none/file"
        let error = #expect(throws: StoreError.self) { try AtomicFile.write([1], to: path, onlyIfChanged: false) }
        #expect("\(error!)".contains(path))
        #expect(throws: StoreError.self) {
            try AtomicFile.place(copyOf: folder.path + "/none", at: folder.path + "/x", onlyIfChanged: false)
        }
        #expect(try FolderOperations.names(in: folder.path) == [])
    }

    @Test("Temporary files of killed processes are removed, all other files stay")
    func leftovers() throws {
        // No process has the number 2^22, the maximum of Linux.
        let names = [
            "a.txt.4194304-1.partial", "b.txt.4194304-1.partial", "a.txt.\(getpid())-\(Int.max).partial", "a.txt",
            "a.txt.x-1.partial", "a.txt.4194304-.partial", "a.txt.4194304.partial", "a.txt.-4-1.partial",
        ]
        for name in names { try Data([1]).write(to: URL(filePath: folder.path + "/" + name)) }
        try AtomicFile.removeLeftovers(of: ["a.txt"], in: folder.path)
        #expect(try FolderOperations.names(in: folder.path) == names.dropFirst().sorted())
    }

    @Test("A file is written after a process with the same identifier was killed while it wrote it, as in containers")
    func sameIdentifier() throws {
        for number in 0..<3 {
            try Data([1]).write(to: URL(filePath: folder.path + "/a.txt.\(getpid())-\(number).partial"))
        }
        try AtomicFile.write([7], to: folder.path + "/a.txt", onlyIfChanged: false)
        #expect(try FolderOperations.names(in: folder.path) == ["a.txt"])
    }
}
