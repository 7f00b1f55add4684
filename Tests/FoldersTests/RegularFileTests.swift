import Folders
import Foundation
import PipelineTestSupport
import Testing

@Suite struct RegularFileTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    @Test("A file is read from an offset to its end")
    func read() throws {
        let file = try RegularFile(try place.write("0123456789", to: "digits"))
        #expect(file.sizeBytes == 10)
        #expect(try file.read(100) == Array("0123456789".utf8))
        #expect(try file.read(3, from: 8) == Array("89".utf8))
        #expect(try file.read(3, from: 1 << 40) == [])
        #expect(try file.read(0) == [])
    }

    @Test("A file of the kernel, which reports size 0, is read up to the limit")
    func kernelFile() throws { #expect(try !RegularFile("/proc/self/status").read(4096).isEmpty) }

    @Test("Other kinds of files are refused without blocking")
    func refused() throws {
        let pipe = place.path + "/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: place.path + "/link", withDestinationPath: "pipe")
        for path in [pipe, place.path + "/link", "/dev/zero", "/dev/null"] {
            #expect(throws: RegularFile.Fault.notRegular, "\(path)") { try RegularFile(path) }
        }
        #expect(throws: RegularFile.Fault.system(code: EISDIR)) { try RegularFile(place.path) }
        #expect(throws: RegularFile.Fault.missing) { try RegularFile(place.path + "/none") }
    }
}

@Suite struct ResultsMarkerTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    @Test("A marked folder and its subfolders are recognised, with the source of the results")
    func marked() throws {
        for folder in ["runs/a/overlays/wood", "images"] {
            try FileManager.default.createDirectory(
                atPath: place.path + "/" + folder, withIntermediateDirectories: true)
        }
        _ = try place.write(ResultsMarker.text(source: "abc"), to: "runs/a/" + ResultsMarker.name)
        let root = try #require(NamedFolder.place(of: place.path))
        #expect(ResultsMarker.isIn(root + "/runs/a") && !ResultsMarker.isIn(root + "/runs"))
        for folder in ["runs/a", "runs/a/overlays", "runs/a/overlays/wood"] {
            #expect(ResultsMarker.folder(holding: root + "/" + folder) == root + "/runs/a")
        }
        #expect(ResultsMarker.folder(holding: root + "/images") == nil)
        #expect(ResultsMarker.source(of: root + "/runs/a") == "abc")
        #expect(ResultsMarker.source(of: root + "/images") == nil)
    }

    @Test("A store counts as a folder of results")
    func store() throws {
        #expect(!ResultsMarker.isIn(place.path))
        _ = try place.write("", to: "store.sqlite")
        #expect(ResultsMarker.isIn(place.path))
    }
}
