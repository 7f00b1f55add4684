import ContentStore
import Folders
import Foundation
import Imaging
import Testing

/// File names with arbitrary bytes, from image folders to results.
@Suite struct NameTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    /// Names that are hard for terminals, spreadsheets, markup, shells or strings.
    private static let names: [[UInt8]] =
        [
            "plain", "with space", "dollar$(x)", "hash#1", "pct%x", "colon:x", "semi;x", "back\\slash", "star*x", "q?x",
            "[br]", "~tilde", "tab\tx", "new\nline", "quote\"x", "comma,\u{301}x", "equals=1", "pipe|x", "=1+1", "+2",
            "-3", "@SUM(1)", "'=1", "umlaut_\u{e4}", "日本語", "esc\u{1b}[31mred", "bidi\u{202e}gnp", "caf\u{e9}",
            "cafe\u{301}", "\\xE4", "\u{9b}1m", "<b>&amp;",
        ].map { Array($0.utf8) } + [[0x4D, 0xFC, 0x6E], [0xE4], [0xC3, 0x28]]

    private func place(_ folder: String, _ name: [UInt8]) -> String {
        PathText.text(of: Array(fixture.place(folder).utf8) + [0x2F] + name)
    }

    private func writeImages(_ names: [[UInt8]], to folder: String, grey: Float = 0.4) throws {
        try AtomicFile.createFolder(PathText.text(of: fixture.place(folder).utf8))
        for (number, name) in names.enumerated() {
            let image = PlanarImage(
                width: 64, height: 64, channels: 1, repeating: grey + Float(number) / Float(4 * names.count))
            try AtomicFile.writePrivate(try PNGEncoder.encode(image), to: place(folder, name + Array(".png".utf8)))
        }
    }

    /// Returns the fields of an RFC 4180 table as bytes.
    private func rows(_ table: [UInt8]) -> [[[UInt8]]] {
        var rows: [[[UInt8]]] = [], fields: [[UInt8]] = [], field: [UInt8] = [], isQuoted = false
        for (position, byte) in table.enumerated() {
            switch byte {
            case 0x22:
                // A doubled quotation mark stands for one.
                if !isQuoted, position > 0, table[position - 1] == 0x22 { field.append(byte) }
                isQuoted.toggle()
            case 0x2C where !isQuoted: (fields, field) = (fields + [field], [])
            case 0x0A where !isQuoted: (rows, fields, field) = (rows + [fields + [field]], [], [])
            default: field.append(byte)
            }
        }
        return rows
    }

    private func train() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out", "--quiet")
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("scoring keeps every name in tables, lists, maps and overlays, and escapes it for terminals")
    func score() throws {
        try train()
        try writeImages(Self.names, to: "new")
        let outcome = try fixture.nominal(
            "score", "new", "--model", "out/models/wood.nominal", "--output", "scored")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let wanted = Set(Self.names.map { $0 + Array(".png".utf8) })

        let table = rows(try fixture.bytes("scored/scores.csv")).dropFirst()
        let cells = table.map { String(decoding: $0[2], as: UTF8.self) }
        #expect(Set(cells.map { PathText.bytes(of: PathText.name(ofCell: $0)) }) == wanted)
        #expect(!cells.contains { "=+-@\t\r".utf8.contains($0.utf8.first ?? 0) })
        #expect(
            Set(cells.map { Array($0.utf8) }).isSuperset(of: [
                Array("cafe\u{301}.png".utf8), Array("new\nline.png".utf8),
            ]))
        #expect(table.allSatisfy { Float(String(decoding: $0[4], as: UTF8.self)) != nil })

        struct Row: Decodable { let image: String }
        let list = try JSONDecoder().decode([Row].self, from: Data(try fixture.bytes("scored/scores.json")))
        #expect(Set(list.map { PathText.bytes(of: $0.image) }) == wanted)

        struct Instances: Decodable {
            struct Image: Decodable { let file_name: String }
            let images: [Image]
        }
        let coco = try JSONDecoder().decode(Instances.self, from: Data(try fixture.bytes("scored/regions.json")))
        #expect(coco.images.map(\.file_name) == list.map(\.image))

        for (folder, suffix) in [("anomaly_maps", ".tiff"), ("overlays", ".png")] {
            let files = try FolderListing.names(in: PathText.text(of: fixture.place("scored/" + folder).utf8))
            #expect(Set(files.map(PathText.bytes)) == Set(Self.names.map { $0 + Array(suffix.utf8) }))
        }
        let exports = try JSONDecoder().decode(
            [String: String].self, from: Data(try fixture.bytes("scored/exports.json")))
        #expect(exports.count == 2 * Self.names.count + 4)
        let maps = Set(exports.keys.filter { $0.hasPrefix("anomaly_maps/") }.map { PathText.bytes(of: $0) })
        #expect(maps == Set(Self.names.map { Array("anomaly_maps/".utf8) + $0 + Array(".tiff".utf8) }))

        // A second call writes and removes nothing.
        let again = try fixture.nominal(
            "score", "new", "--model", "out/models/wood.nominal", "--output", "scored")
        #expect(again.errors.contains("0 files written"), "\(again.errors)")
        for text in [outcome.output, outcome.errors, again.errors] {
            #expect(!text.unicodeScalars.contains { $0 != "\n" && PathText.isHazard($0) })
        }
    }

    @Test("a run keeps names of categories, kinds and images that are not UTF-8, and a manifest can name them")
    func run() throws {
        try fixture.writeDemoData()
        let category = place("data", Array("Gl".utf8) + [0xE4] + Array("ser".utf8))
        let wood = PathText.text(of: fixture.place("data/wood").utf8)
        #expect(unsafe rename(wood.systemPath, category.systemPath) == 0)
        let kind = Array("Kr".utf8) + [0xE4] + Array("tzer".utf8)
        for part in ["/test/", "/ground_truth/"] {
            let former = try FolderListing.names(in: category + part).filter { $0 != "good" }[0]
            let new = category + part + PathText.text(of: kind)
            #expect(unsafe rename((category + part + former).systemPath, new.systemPath) == 0)
        }
        try fixture.writeManifest(categories: ["Gl\\\\xE4ser"])
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try fixture.text("out/scores.csv").contains("\nGl\\xE4ser,Kr\\xE4tzer,test/Kr\\xE4tzer/"))
        #expect(try fixture.text("out/report.html").contains("Gl\\xE4ser"))
        #expect(try fixture.text("out/metrics.json").contains("\"Gl\\\\xE4ser\""))
        let maps = PathText.text(of: fixture.place("out/anomaly_maps").utf8) + "/Gl\\xE4ser/test/Kr\\xE4tzer"
        #expect(try !FolderListing.names(in: maps).isEmpty)
        let judged = try fixture.nominal("evaluate", "--maps", "out", "--ground-truth", "data")
        #expect(judged.status == 0, "\(judged.errors)")
        #expect(judged.output.contains("Gl\\xE4ser"))
        let lineage = try fixture.nominal("lineage", "out/scores.csv:2", "--json")
        #expect(lineage.status == 0, "\(lineage.errors)")
        #expect(try fixture.nominal("run", "tiny.json", "--output", "out").errors.contains("nothing to do"))
    }

    @Test("names up to the longest possible keep their results, under distinct names")
    func long() throws {
        try train()
        let stems =
            [196, 232, 236, 240, 245, 249, 250, 251].flatMap { length in
                ["x", "y"].map { Array(String(repeating: "x", count: length - 1).utf8) + Array($0.utf8) }
            } + [Array(String(repeating: "\u{e4}", count: 125).utf8) + [0x7A], [UInt8](repeating: 0xE4, count: 251)]
        try writeImages(stems, to: "new")
        let outcome = try fixture.nominal(
            "score", "new", "--model", "out/models/wood.nominal", "--output", "scored")
        #expect(outcome.status == 0, "\(outcome.errors)")
        for folder in ["anomaly_maps", "overlays"] {
            let files = try FolderListing.names(in: PathText.text(of: fixture.place("scored/" + folder).utf8))
            #expect(files.count == stems.count)
            #expect(files.allSatisfy { !$0.hasSuffix(".partial") && PathText.bytes(of: $0).count <= 255 })
        }
    }

    @Test("a night treats a composed and a decomposed name as two images")
    func night() throws {
        for number in 0..<10 {
            try fixture.writeImage(0.3 + Float(number) / 50, width: 64, height: 64, to: "good/\(number).png")
        }
        try writeImages(["caf\u{e9}", "cafe\u{301}", "plain"].map { Array($0.utf8) }, to: "incoming", grey: 0.6)
        try fixture.write(
            """
            {
              "name": "night", "dataset": { "layout": "folder", "normal": "good" },
              "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "training": { "steps": 6, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 },
              "retrain": { "incoming": "incoming", "settleSeconds": 0, "nearDuplicate": 0, "screening": 1000 }
            }
            """, to: "night.json")
        let outcome = try fixture.nominal("retrain", "night.json", "--dry-run")
        #expect(outcome.output.contains("incoming:      3 images, 3 of them new"), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("new: incoming/cafe\\xCC\\x81.png"))
    }

    @Test(
        "two images in a folder whose names differ only in the extension are rejected",
        arguments: [("a.png", "a.PNG"), ("a.png", "a.jpg")])
    func extensions(first: String, second: String) throws {
        try train()
        for name in [first, second] { try fixture.writeImage(0.5, width: 64, height: 64, to: "new/" + name) }
        let outcome = try fixture.nominal("score", "new", "--model", "out/models/wood.nominal")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("rename one"))
    }

    @Test("a store, a manifest, images and results may lie in a folder whose name is not UTF-8")
    func folder() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        let folder = place("", [0x73, 0xDF])
        #expect(unsafe mkdir(folder.systemPath, 0o755) == 0)
        for name in ["data", "tiny.json"] {
            let from = PathText.text(of: fixture.place(name).utf8)
            #expect(unsafe rename(from.systemPath, (folder + "/" + name).systemPath) == 0)
        }
        let command = "cd s* && exec \"$0\" run tiny.json --store \"$PWD/store\" --output \"$PWD/out\" --quiet"
        let outcome = try fixture.tool("sh", "-c", command, CommandLineFixture.program.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(NamedFolder.exists(folder + "/out/scores.csv") && NamedFolder.exists(folder + "/store/store.sqlite"))
    }
}
