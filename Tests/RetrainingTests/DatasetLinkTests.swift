import ContentStore
import DatasetTestSupport
import Datasets
import Folders
import Foundation
import Manifests
import Pipeline
import Testing

@testable import Jobs
@testable import Retraining
@testable import Stages

/// Tests symbolic links in the folders of a data set.
@Suite struct DatasetLinkTests {
    private let data: TinyDataSet
    private let elsewhere: TinyDataSet

    init() throws {
        (data, elsewhere) = (try TinyDataSet(), try TinyDataSet())
        try data.writeCategory("bolt")
        try elsewhere.writeCategory("nut")
    }

    private func link(_ name: String, to target: String) throws {
        let path = data.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    private func scan(followsLinks: Bool = false) throws -> [SourceCategory] {
        try DatasetScan.scan(
            .mvtec(root: ManifestPath(".", relativeTo: data.path), categories: .all), jobName: "job",
            followsLinks: followsLinks)
    }

    @Test(
        "A link out of the data set is refused, but followed on request",
        arguments: [
            ("bolt/train/good/x.png", "nut/train/good/000.png"), ("bolt/test/good/x.png", "nut/test/good/000.png"),
            ("bolt/ground_truth/dent/x_mask.png", "nut/ground_truth/dent/000_mask.png"),
            ("bolt/test/scratch", "nut/test/dent"), ("bolt/ground_truth/good", "nut/ground_truth/dent"),
            ("cap", "nut"), ("cap/train", "nut/train"), ("bolt/train/good/more", "nut/train/good"),
        ])
    func leadingOut(link: String, target: String) throws {
        try self.link(link, to: elsewhere.path + "/" + target)
        let fault = #expect(throws: DatasetError.self) { try scan() }
        guard case .link(let found) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(found.link == data.path + "/" + link && found.folder == data.path && found.kind == .leadsOut)
        #expect(found.target.hasSuffix(target) || found.target.contains("nut/"), "\(found.target)")
        #expect(fault?.isMissing == false)
        _ = try scan(followsLinks: true)
    }

    @Test("Links within the folder are followed, including one to the folder itself")
    func leadingInside() throws {
        try link("bolt/train/good/again.png", to: "000.png")
        try link("cap", to: "bolt")
        #expect(try scan().map(\.name) == ["bolt", "cap"])
        #expect(try scan()[1].images.count == 7)
        try FileManager.default.createSymbolicLink(
            atPath: elsewhere.path + "/named", withDestinationPath: data.path)
        let named = try DatasetScan.scan(
            .mvtec(root: ManifestPath("named", relativeTo: elsewhere.path), categories: .named(["bolt"])),
            jobName: "job")
        #expect(named[0].images.count == 7)
    }

    @Test("A cycle of links is an error", arguments: [false, true])
    func leadingBack(followsLinks: Bool) throws {
        try link("bolt/train/good/round", to: "..")
        let fault = #expect(throws: DatasetError.self) { try scan(followsLinks: followsLinks) }
        #expect("\(fault!)".contains("round/good is a link back to its parent"), "\(fault!)")
    }

    @Test("Links without an image extension are ignored")
    func others() throws {
        try link("bolt/train/good/notes.txt", to: "/etc/hostname")
        #expect(try scan()[0].ignoredFiles == ["train/good/notes.txt"])
    }

    @Test("The same rules hold for images to score and textures")
    func otherFolders() throws {
        try data.writeImage(1, to: "new/a.png")
        try link("new/b.png", to: elsewhere.path + "/nut/train/good/000.png")
        #expect(throws: DatasetError.self) { try DatasetScan.images(below: data.path + "/new") }
        #expect(try DatasetScan.images(below: data.path + "/new", followsLinks: true).images.count == 2)
        let more = #", "corruption": { "textures": "new" }"#
        #expect(throws: DatasetError.self) { try Job(data.manifest(more: more)) { $0.map { Digest.of(text: $0) } } }
        let patches = #", "perCategory": { "bolt": { "corruption": { "textures": "new" } } }"#
        #expect(throws: DatasetError.self) {
            try Job(data.manifest(more: patches)) { $0.map { Digest.of(text: $0) } }
        }
    }

    @Test("A file that becomes a link after the scan is not read by a task")
    func swapped() throws {
        let image = try #require(try scan()[0].images.first { $0.split == .train })
        let digest = try Digest.of(filePath: image.path)
        let location = FileLocation(path: image.path, folder: image.folder)
        #expect(throws: Never.self) {
            try SourceBytes.read(location, expecting: digest, name: image.file)
        }
        let moved = elsewhere.path + "/moved.png"
        try FileManager.default.moveItem(atPath: image.path, toPath: moved)
        try FileManager.default.createSymbolicLink(atPath: image.path, withDestinationPath: moved)
        // The bytes are equal; only the location differs.
        #expect(throws: StoreError.self) {
            try SourceBytes.read(location, expecting: digest, name: image.file)
        }
    }

    @Test("A night skips and reports incoming links out of the folder")
    func night() throws {
        for number in 0..<3 { try data.writeImage(number, to: "base/\(number).png") }
        try data.writeImage(8, to: "incoming/a.png")
        try link("incoming/b.png", to: elsewhere.path + "/nut/train/good/000.png")
        try link("incoming/more", to: elsewhere.path + "/nut/train/good")
        func images(_ links: String) throws -> NightImages {
            let text = """
                {
                  "name": "tiny", "dataset": { "layout": "folder", "normal": "base", "links": "\(links)" },
                  "image": { "width": 32, "height": 32 }, "training": { "steps": 40, "warmupSteps": 5 },
                  "retrain": { "incoming": "incoming", "settleSeconds": 0 }
                }
                """
            let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
            return try NightImages(manifest, now: 0) { try $0.map { try Digest.of(filePath: $0) } }
        }
        let inside = try images("inside")
        #expect(inside.incoming.map(\.file) == ["incoming/a.png"])
        #expect(
            inside.incomingFiles.refusedLinks.map(\.link) == ["b.png", "more"].map { data.path + "/incoming/" + $0 })
        #expect(inside.usualPlace("incoming/../../x").folder.path == data.path + "/incoming")
        #expect(try images("follow").incoming.count == 6)
    }

    @Test("Folders that are equal through a link overlap")
    func overlap() throws {
        try link("bolt/new", to: "train/good")
        let layout = DatasetSection.Layout.folder(
            normal: ManifestPath("bolt/train/good", relativeTo: data.path),
            score: ManifestPath("bolt/new", relativeTo: data.path))
        let error = #expect(throws: DatasetError.self) { try DatasetScan.scan(layout, jobName: "job") }
        #expect("\(error!)".contains("would be trained on as normal ones"))
    }

    @Test("The manifest allows links on request")
    func survey() throws {
        try link("bolt/train/good/x.png", to: elsewhere.path + "/nut/train/good/000.png")
        #expect(throws: DatasetError.self) { try FolderSurvey(data.path, score: nil) }
        let text = try FolderSurvey(data.path, score: nil, followsLinks: true).manifest(relativeTo: data.path)
        #expect(try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/a.json").dataset.links == .follow)
    }
}
