import Folders
import Foundation
import Glibc
import PipelineTestSupport
import SeededRandom
import Testing

/// Every name that a file system allows round-trips through its text, and texts are unique.
@Suite struct PathTextTests {
    /// Random names from a few difficult bytes, so that many differ only slightly.
    private static func names(_ count: Int) -> [[UInt8]] {
        let pieces: [[UInt8]] = [
            Array("a".utf8), Array("e".utf8), Array("x".utf8), Array("\\".utf8), Array("\\x".utf8), Array("5C".utf8),
            Array("E4".utf8), Array("\\xE4".utf8), Array("0A".utf8), Array("\u{301}".utf8), Array("\u{e9}".utf8),
            Array("\u{212B}".utf8), Array("\u{c5}".utf8), Array("\u{1100}".utf8), Array("\u{1161}".utf8),
            Array("\u{ac00}".utf8), Array("\u{202e}".utf8), Array("\u{85}".utf8), Array(".".utf8), Array("=".utf8),
            Array("\u{1f468}\u{200d}\u{1f469}".utf8), Array("\u{fe0f}".utf8), Array("\u{105d2}\u{307}".utf8),
            Array("\u{323}".utf8), Array("\u{200d}".utf8), Array("\u{600}".utf8), Array("\u{16d67}".utf8), [0xE4],
            [0xFF], [0xC3], [0xA9], [0xED, 0xA0, 0x80], [0xF0, 0x9F], [10], [13], [27], [127],
        ]
        var generator = SeededGenerator(seed: 71)
        return (0..<count).map { index in
            index % 4 == 0
                ? (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                    [UInt8.random(in: 1...255, using: &generator)].first { $0 != 47 } ?? 48
                }
                : (0..<Int.random(in: 1...6, using: &generator)).flatMap { _ in pieces.randomElement(using: &generator)!
                }
        }
    }

    @Test("every name round-trips through its text and its exact text")
    func roundTrip() {
        for name in Self.names(100_000) {
            let text = PathText.text(of: name)
            let exact = PathText.exact(text)
            // An expectation for each comparison would take most of the time.
            let isFaithful =
                PathText.bytes(of: text) == name && PathText.read(text).utf8.elementsEqual(text.utf8)
                && PathText.bytes(of: exact) == name && PathText.read(exact).utf8.elementsEqual(text.utf8)
                && text.systemPath.dropLast().map { UInt8(bitPattern: $0) } == name
            if !isFaithful { Issue.record("\(name)") }
        }
    }

    @Test(
        "texts are equal in Swift only for equal bytes, and ordered like them"
    )
    func injective() {
        var known: [String: [UInt8]] = [:]
        for name in Self.names(200_000) {
            let text = PathText.text(of: name)
            if let other = known.updateValue(name, forKey: text) { #expect(other == name) }
        }
        let texts = known.keys.sorted()
        #expect(zip(texts, texts.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test("the text of a path consists of the texts of its names, that of a name with a suffix of both")
    func composition() {
        for pair in Self.names(40_000).split(every: 2) {
            let (left, right) = (PathText.text(of: pair[0]), PathText.text(of: pair[1]))
            let path = left + "/" + right
            #expect(PathText.text(of: pair[0] + [47] + pair[1]).utf8.elementsEqual(path.utf8))
            #expect(path.split(separator: "/").map(String.init) == [left, right])
            #expect(PathText.text(of: pair[0] + Array("_mask.png".utf8)).utf8.elementsEqual((left + "_mask.png").utf8))
            #expect((left + "_mask.png").hasSuffix("_mask.png"))
        }
    }

    @Test("a text contains no terminal control characters and no path separators of its own")
    func harmless() {
        for name in Self.names(50_000) {
            for scalar in PathText.text(of: name).unicodeScalars {
                #expect(scalar.properties.generalCategory != .control && !scalar.properties.isBidiControl)
            }
        }
        for written in ["\\x2F", "\\x2E\\x2E", "\\x00", "\\x41", "\\xe4", "\\xE", "a\\"] {
            #expect(PathText.bytes(of: written) == Array(written.utf8), "\(written) is no escape")
        }
        #expect(PathText.bytes(of: "a\0b") == Array("a\\x00b".utf8))
    }

    @Test(
        "usual names are their own text",
        arguments: ["plain", "with space", "a\\b", "bs\\#hash", "umlaut_\u{e4}", "日本語", "हिन्दी", "👨‍👩‍👧", "a.b.c", "=1+1"])
    func plain(name: String) {
        #expect(PathText.text(of: name.utf8).utf8.elementsEqual(name.utf8))
    }

    @Test("names with control characters or without composed UTF-8 are escaped byte by byte")
    func escaped() {
        #expect(PathText.text(of: [0x4D, 0xFC, 0x6E]) == "M\\xFCn")
        #expect(PathText.text(of: "cafe\u{301}".utf8) == "cafe\\xCC\\x81")
        #expect(PathText.text(of: "new\nline".utf8) == "new\\x0Aline")
        #expect(PathText.text(of: "\u{202e}gnp".utf8) == "\\xE2\\x80\\xAEgnp")
        #expect(PathText.text(of: "\\xE4".utf8) == "\\x5CxE4")
        #expect(PathText.text(of: "/\u{301}a".utf8) == "/\\xCC\\x81a")
        #expect(PathText.exact("new\\x0Aline\\xFC") == "new\nline\\xFC")
    }

    @Test("a listing contains names of any bytes, and their texts open the files")
    func listing() throws {
        let place = try TemporaryFolder()
        let names = Set(Self.names(300).filter { $0.count < 200 && ![[46], [46, 46]].contains($0) })
        for name in names {
            let path = (Array((place.path + "/").utf8) + name).map { CChar(bitPattern: $0) } + [0]
            let file = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
            try #require(file >= 0)
            close(file)
        }
        let listed = try FolderListing.names(in: place.path)
        #expect(Set(listed.map(PathText.bytes)) == names)
        #expect(listed == listed.sorted())
        for name in listed {
            #expect(try NamedFolder.inspect(place.path + "/" + name)?.kind == .file)
            #expect(unsafe unlink((place.path + "/" + name).systemPath) == 0)
        }
    }

    @Test("an unlistable folder is an error with the system's reason")
    func fault() throws {
        let place = try TemporaryFolder()
        #expect(throws: ListingFault(folder: place.path + "/none", code: ENOENT)) {
            try FolderListing.names(in: place.path + "/none")
        }
    }
}

extension Array {
    fileprivate func split(every count: Int) -> [[Element]] {
        stride(from: 0, to: self.count - count + 1, by: count).map { Array(self[$0..<$0 + count]) }
    }
}
