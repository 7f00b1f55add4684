import DatasetTestSupport
import Manifests
import Testing

@testable import Datasets

@Suite struct DatasetScanTests {
    private let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    private func place(_ name: String) -> ManifestPath { ManifestPath(name, relativeTo: data.path) }

    private func mvtec(_ names: [String]? = nil) throws -> [SourceCategory] {
        try DatasetScan.scan(
            .mvtec(root: place("."), categories: names.map { .named($0) } ?? .all), jobName: "job")
    }

    private func folder(_ normal: String, score: String? = nil) throws -> SourceCategory {
        try DatasetScan.scan(.folder(normal: place(normal), score: score.map(place)), jobName: "job")[0]
    }

    @Test("The MVTec layout gives split, kind, label and mask, with and without _mask in the mask's name")
    func mvtecLayout() throws {
        try data.writeCategory("bolt", train: 1)
        try data.writeImage(12, to: "bolt/test/dent/001.png")
        try data.writeMask(to: "bolt/ground_truth/dent/001.png")
        try data.writeImage(13, to: "bolt/test/dent/002.png")
        let images = try mvtec()[0].images
        #expect(
            images.map(\.file) == [
                "test/dent/000.png", "test/dent/001.png", "test/dent/002.png", "test/good/000.png",
                "train/good/000.png",
            ])
        #expect(images.map(\.kind) == ["dent", "dent", "dent", "good", "good"])
        #expect(images.map(\.isAnomalous) == [true, true, true, false, false])
        #expect(images.map(\.split) == [.test, .test, .test, .test, .train])
        let root = data.path + "/bolt/ground_truth/dent/"
        #expect(images.map(\.maskPath) == [root + "000_mask.png", root + "001.png", nil, nil, nil])
    }

    @Test("Masks mirror the folders of their images; an ambiguous mask is not used")
    func nestedMasks() throws {
        try data.writeCategory("bolt", train: 1)
        for camera in ["cam1", "cam2"] {
            try data.writeImage(12, to: "bolt/test/dent/\(camera)/001.png")
            try data.writeImage(13, to: "bolt/test/dent/\(camera)/002.jpg")
            try data.writeMask(to: "bolt/ground_truth/dent/\(camera)/001_mask.png")
        }
        try data.writeMask(to: "bolt/ground_truth/dent/002_mask.png")
        let category = try mvtec()[0]
        let masks = Dictionary(uniqueKeysWithValues: category.images.map { ($0.file, $0.maskFile) })
        for camera in ["cam1", "cam2"] {
            #expect(masks["test/dent/\(camera)/001.png"] == "ground_truth/dent/\(camera)/001_mask.png")
            #expect(masks["test/dent/\(camera)/002.jpg"] == .some(nil))
        }
        #expect(masks["test/dent/000.png"] == "ground_truth/dent/000_mask.png")
        #expect(
            category.unusedMasks.shared == [
                "ground_truth/dent/002_mask.png": ["test/dent/cam1/002", "test/dent/cam2/002"]
            ])
    }

    @Test("Unused files among the masks are named with the reason")
    func unusedMasks() throws {
        try data.writeCategory("bolt", train: 1)
        for name in ["dent/000.png", "dent/nobody_mask.png", "dint/000_mask.png", "stray.png", "good/000_mask.png"] {
            try data.writeMask(to: "bolt/ground_truth/" + name)
        }
        try data.write([1], to: "bolt/ground_truth/dent/000_mask.gif")
        let category = try mvtec()[0]
        #expect(category.images.filter { $0.maskPath != nil }.map(\.file) == ["test/dent/000.png"])
        let unused = category.unusedMasks
        #expect(
            unused.withoutImage.sorted()
                == ["dent/000.png", "dent/nobody_mask.png", "dint/000_mask.png", "stray.png"].map {
                    "ground_truth/" + $0
                })
        #expect(unused.ofGoodImages == ["ground_truth/good/000_mask.png"])
        #expect(unused.otherFormats == ["ground_truth/dent/000_mask.gif"])
        #expect(category.maskWarnings.count == 3)
        #expect(category.maskWarnings[0].hasPrefix("bolt: 4 masks are not used (no image with this name): "))
    }

    @Test("Categories keep the manifest's order, or are sorted if it lists none")
    func order() throws {
        for name in ["nut", "bolt", "cap"] { try data.writeCategory(name, train: 1) }
        try data.write([1], to: "notes/readme.txt")
        #expect(try mvtec().map(\.name) == ["bolt", "cap", "nut"])
        #expect(try mvtec(["nut", "bolt"]).map(\.name) == ["nut", "bolt"])
    }

    @Test("Hidden files are skipped, foreign files are reported")
    func foreignFiles() throws {
        try data.writeCategory("bolt", train: 1)
        try data.write([1], to: "bolt/train/good/.DS_Store")
        try data.write([1], to: "bolt/train/good/Thumbs.db")
        try data.write([1], to: "bolt/test/dent/notes.txt")
        let category = try mvtec()[0]
        #expect(category.ignoredFiles == ["test/dent/notes.txt", "train/good/Thumbs.db"])
        #expect(category.images.count == 3)
    }

    @Test("The folder layout scores nested folders by path, without labels")
    func folderLayout() throws {
        try data.writeImage(1, to: "good/a.png")
        try data.writeImage(2, to: "good/more/b.PNG")
        try data.writeImage(3, to: "today/c.png")
        try data.writeImage(4, to: "today/line 2/late/d.png")
        let images = try folder("good", score: "today").images
        #expect(images.map(\.file) == ["test/c.png", "test/line 2/late/d.png", "train/a.png", "train/more/b.PNG"])
        #expect(images.map(\.kind) == ["", "line 2/late", "good", "good"])
        #expect(images.map(\.isAnomalous) == [nil, nil, false, false])
    }

    @Test("The error for a missing folder or category lists the existing ones")
    func missing() throws {
        try data.writeCategory("bolt", train: 1)
        #expect(throws: DatasetError.missingCategory(root: data.path, category: "nut", found: ["bolt"])) {
            try mvtec(["bolt", "nut"])
        }
        #expect(throws: DatasetError.missingFolder(path: data.path + "/none", what: "a folder of images")) {
            try folder("none")
        }
        #expect(throws: DatasetError.missingFolder(path: data.path + "/none", what: "a folder of images")) {
            try folder("bolt/train/good", score: "none")
        }
    }

    @Test("A data set without images is refused before the run")
    func empty() throws {
        try data.write([1], to: "bolt/train/good/readme.txt")
        let good = data.path + "/bolt/train/good"
        #expect(throws: DatasetError.noNormalImages(category: "bolt", folder: good)) { try mvtec() }
        #expect(throws: DatasetError.noNormalImages(category: "job", folder: good)) { try folder("bolt/train/good") }
        #expect(throws: DatasetError.noImages(folder: good)) { try DatasetScan.images(below: good) }
        #expect(throws: DatasetError.noCategories(root: data.path + "/bolt")) {
            try DatasetScan.scan(.mvtec(root: place("bolt"), categories: .all), jobName: "job")
        }
    }

    @Test("Two test images or masks with the same stem are refused, because their results would collide")
    func sameStem() throws {
        try data.writeCategory("bolt", train: 1)
        try data.writeImage(3, to: "bolt/train/good/000.tif")
        let training = try mvtec().flatMap(\.images).filter { $0.split == .train }.map(\.file)
        #expect(training == ["train/good/000.png", "train/good/000.tif"])
        try data.writeImage(2, to: "bolt/test/dent/000.tif")
        #expect(
            throws: DatasetError.sameName(
                category: "bolt", first: "test/dent/000.png", second: "test/dent/000.tif")
        ) { try mvtec() }
        try data.writeCategory("nut", train: 1)
        try data.writeMask(to: "nut/ground_truth/dent/000_mask.tif")
        #expect(throws: DatasetError.self) { try mvtec(["nut"]) }
    }

    @Test("Images to score below the folder of normal images are refused")
    func overlap() throws {
        try data.writeImage(1, to: "good/a.png")
        try data.writeImage(2, to: "good/today/b.png")
        try data.writeImage(3, to: "good_parts/c.png")
        #expect(throws: DatasetError.overlap(normal: data.path + "/good", score: data.path + "/good/today")) {
            try folder("good", score: "good/today")
        }
        #expect(try folder("good", score: "good_parts").images.count == 3)
    }
}
