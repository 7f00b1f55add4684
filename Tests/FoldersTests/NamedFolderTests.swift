import Foundation
import Host
import PipelineTestSupport
import Testing

@testable import Folders

@Suite struct NamedFolderTests {
    private let place: TemporaryFolder

    init() throws {
        place = try TemporaryFolder()
        for name in ["data/inner", "data-2", "elsewhere"] {
            try FileManager.default.createDirectory(atPath: place.path + "/" + name, withIntermediateDirectories: true)
        }
        try place.write("inside", to: "data/inner/a.png")
        try place.write("outside", to: "elsewhere/b.png")
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: place.path + "/" + name, withDestinationPath: target)
    }

    private var data: NamedFolder { NamedFolder(place.path + "/data") }

    @Test("files, folders and links to entries of the folder may be read")
    func inside() throws {
        try link("data/copy.png", to: "inner/a.png")
        try link("data/folder", to: place.path + "/data/inner")
        for name in ["", "/inner", "/inner/a.png", "/copy.png", "/folder/a.png"] {
            try data.permit(place.path + "/data" + name)
        }
    }

    @Test(
        "a link out of the folder is refused on any path, with link, target and folder in the error"
    )
    func outside() throws {
        try link("data/file.png", to: "../elsewhere/b.png")
        try link("data/inner/out", to: place.path + "/elsewhere")
        try link("data/second.png", to: "file.png")
        let there = try #require(NamedFolder.place(of: place.path + "/elsewhere"))
        for (path, link, target) in [
            ("/file.png", "/file.png", "/b.png"), ("/inner/out/b.png", "/inner/out", "/b.png"),
            ("/second.png", "/second.png", "/b.png"), ("/inner/out", "/inner/out", ""),
        ] {
            let fault = #expect(throws: LinkFault.self) { try data.permit(place.path + "/data" + path) }
            #expect(
                fault
                    == LinkFault(
                        link: place.path + "/data" + link, target: there + target, folder: place.path + "/data",
                        kind: .leadsOut), "\(path)")
            #expect(fault?.description.contains("\"links\": \"follow\"") == true)
        }
    }

    @Test("a sibling with the same prefix is outside, as is a path with ..")
    func neighbours() throws {
        try place.write("near", to: "data-2/c.png")
        #expect(throws: LinkFault.self) { try data.permit(place.path + "/data-2/c.png") }
        #expect(throws: LinkFault.self) { try data.permit(place.path + "/data/../elsewhere/b.png") }
        #expect(!data.holds(place.path + "/data-2"))
    }

    @Test("the named folder may be a link itself")
    func namedLink() throws {
        try link("named", to: "data")
        try NamedFolder(place.path + "/named").permit(place.path + "/named/inner/a.png")
        #expect(throws: LinkFault.self) {
            try NamedFolder(place.path + "/named").permit(place.path + "/elsewhere/b.png")
        }
    }

    @Test("everything is permitted if links are followed")
    func followed() throws {
        try link("data/file.png", to: "../elsewhere/b.png")
        try NamedFolder(place.path + "/data", followsLinks: true).permit(place.path + "/data/file.png")
    }

    @Test("equal-looking names with different bytes are different folders")
    func bytes() throws {
        // The same letter, composed and decomposed.
        let (first, second) = ("caf\u{E9}", "cafe\u{301}")
        for name in [first, second] {
            try FileManager.default.createDirectory(
                atPath: place.path + "/" + name, withIntermediateDirectories: true)
        }
        #expect(first == second)
        let own = try #require(NamedFolder.place(of: place.path)) + "/"
        #expect(NamedFolder(place.path + "/" + first).holds(own + first + "/x"))
        #expect(!NamedFolder(place.path + "/" + first).holds(own + second + "/x"))
    }

    @Test("missing files and dangling links are permitted and have no kind")
    func missing() throws {
        try link("data/nowhere.png", to: "../gone.png")
        try data.permit(place.path + "/data/nowhere.png")
        #expect(try NamedFolder.inspect(place.path + "/data/nowhere.png") == nil)
        #expect(!NamedFolder(place.path + "/none").holds(place.path))
    }
}

@Suite("Absence")
struct AbsenceTests {
    @Test(
        "is distinguished from errors that prove nothing",
        arguments: [EIO, ESTALE, ETIMEDOUT, EHOSTDOWN, ENOTCONN, ENOMEM, EMFILE])
    func unknown(_ code: Int32) { #expect(!SystemReason.isUnreachable(code)) }

    @Test("includes paths that this user cannot reach", arguments: [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EACCES])
    func absent(_ code: Int32) { #expect(SystemReason.isUnreachable(code)) }

    @Test("is nil, not an error")
    func inspected() throws {
        #expect(try NamedFolder.inspect("/proc/none") == nil)
        #expect(try NamedFolder.inspect("/proc/self/status/none") == nil)
        #expect(try NamedFolder.inspect("/proc/" + String(repeating: "x", count: 300)) == nil)
        #expect(try NamedFolder.inspect("/proc")?.kind == .folder)
    }
}
