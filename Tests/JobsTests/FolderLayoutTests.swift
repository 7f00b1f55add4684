import DatasetTestSupport
import Datasets
import Folders
import Foundation
import Manifests
import SeededRandom
import Testing

@testable import Jobs

@Suite("Folders similar to the MVTec layout")
struct FolderLayoutTests {
    private let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    /// Writes the files of a tree: `FOLDER*COUNT` for images, and `FOLDER/NAME_mask` for a mask beside them.
    private func write(_ tree: [String]) throws {
        for (number, entry) in tree.enumerated() {
            let parts = entry.split(separator: "*", omittingEmptySubsequences: false)
            for index in 0..<(parts.count > 1 ? try #require(Int(parts[1])) : 2) {
                let file = "set/\(parts[0])/00\(index)"
                if parts.count > 2 {
                    try data.writeMask(to: file + parts[2] + ".png")
                } else {
                    try data.writeImage(10 * number + index, to: file + ".png")
                }
            }
        }
    }

    private func survey(_ folder: String = "set", normal: String? = nil) throws -> FolderSurvey {
        try FolderSurvey(data.path + "/" + folder, score: nil, normal: normal)
    }

    private func category(_ survey: FolderSurvey) throws -> (SourceCategory, JobManifest) {
        let text = survey.manifest(relativeTo: data.path)
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/job.json")
        _ = try ManifestTrial(manifest)
        let found = try DatasetScan.scan(
            manifest.dataset.layout, jobName: manifest.name, folders: manifest.dataset.folders)
        return (try #require(found.first), manifest)
    }

    struct Shape: Sendable, CustomTestStringConvertible {
        var tree: [String]
        var train, normal, defective, masks: Int

        var testDescription: String { tree.joined(separator: " ") }
    }

    static let shapes = [
        Shape(
            tree: ["train/ok*4", "test/ok*2", "test/ko*3", "ground_truth/ko*3*"], train: 4, normal: 2, defective: 3,
            masks: 3),
        Shape(tree: ["good*4", "bad*3"], train: 4, normal: 0, defective: 3, masks: 0),
        Shape(tree: ["OK*4", "NG*3", "NG*3*_mask"], train: 4, normal: 0, defective: 3, masks: 3),
        Shape(tree: ["OK*4", "NG*3", "Masks/NG*2*_mask"], train: 4, normal: 0, defective: 3, masks: 2),
        Shape(tree: ["Train/Good*4", "Test/Good*2", "Test/Broken*3"], train: 4, normal: 2, defective: 3, masks: 0),
        Shape(tree: ["train/good*4", "test/Good*2", "test/spot*3"], train: 4, normal: 2, defective: 3, masks: 0),
        Shape(
            tree: ["train/good*4", "test_public/good*2", "test_public/bad*3", "test_public/ground_truth/bad*3*_mask"],
            train: 4, normal: 2, defective: 3, masks: 3),
        Shape(
            tree: ["training/normal*4", "testing/normal*1", "testing/anomaly*3"], train: 4, normal: 1, defective: 3,
            masks: 0),
        Shape(
            tree: ["train/OK*4", "train/NOK*2", "test/OK*1", "test/NOK*3"], train: 4, normal: 1, defective: 3, masks: 0),
        Shape(tree: ["train*4", "test/good*1", "test/scratch*3"], train: 4, normal: 1, defective: 3, masks: 0),
        Shape(tree: ["train_good*4", "test_good*2", "test_bad*3"], train: 4, normal: 2, defective: 3, masks: 0),
        Shape(tree: ["non_defective*4", "defective*3"], train: 4, normal: 0, defective: 3, masks: 0),
        Shape(tree: ["pass*4", "Failed Parts*3"], train: 4, normal: 0, defective: 3, masks: 0),
        Shape(tree: ["normal*4", "abnormal/dent*2", "abnormal/hole*1"], train: 4, normal: 0, defective: 3, masks: 0),
        // Masks that do not lie in folders of kinds are not used, but are no images either.
        Shape(tree: ["OK*4", "NG*3", "NG_gt*3"], train: 4, normal: 0, defective: 3, masks: 0),
        Shape(tree: ["good*4", "bad*3", "bad_labels*3"], train: 4, normal: 0, defective: 3, masks: 0),
        Shape(
            tree: ["train/good*4", "test/good*1", "test/bad*3", "label_maps/bad*3"], train: 4, normal: 1, defective: 3,
            masks: 3),
        // Defects of a label are not masks.
        Shape(
            tree: ["train/good*4", "test/good*1", "test/missing_label*2", "test/label_torn*1"], train: 4, normal: 1,
            defective: 3, masks: 0),
        Shape(
            tree: [
                "train/good*4", "test/good*1", "test/labelled twice*3", "ground_truth/labelled twice*3*_mask",
            ], train: 4, normal: 1, defective: 3, masks: 3),
    ]

    @Test("are recognised, and their manifest runs", arguments: shapes)
    func shape(_ shape: Shape) throws {
        try write(shape.tree)
        let (category, manifest) = try category(try survey())
        let test = category.images.filter { $0.split == .test }
        #expect(category.images.count { $0.split == .train } == shape.train)
        #expect(test.count { $0.isAnomalous == false } == shape.normal)
        #expect(test.count { $0.isAnomalous == true } == shape.defective)
        #expect(test.count { $0.maskPath != nil } == shape.masks)
        #expect(manifest.dataset.onBadImage == .quarantine)
    }

    @Test("Categories with equal folder names form one job; different names are refused")
    func severalCategories() throws {
        try write(["01/train/ok*3", "01/test/ko*2", "02/train/ok*3", "02/test/ok*1"])
        let (_, manifest) = try category(try survey())
        #expect(manifest.dataset.folders.train == "train/ok")
        #expect(manifest.dataset.folders.normalKinds.contains("ok"))
        guard case .mvtec(_, .all) = manifest.dataset.layout else {
            Issue.record("\(manifest.dataset.layout)")
            return
        }
        try write(["03/train/good*3", "03/test/good*2"])
        #expect(throws: DatasetError.self) { try survey() }
    }

    @Test(
        "Folders named after defects, test images or masks are never taken as normal",
        arguments: [
            "bad", "ko", "NG", "Defect", "anomaly", "BROKEN", "nok", "rejects", "failed", "test", "ground_truth",
            "masks",
            "label", "test_labels", "gt", "label_images", "not_good", "Not OK", "defects_2024",
        ])
    func refusedNames(_ name: String) throws {
        try write(["\(name)*4", "\(name)*4"])
        for folder in ["set/\(name)", "set"] {
            let error = #expect(throws: DatasetError.self) { try survey(folder) }
            guard case .unclear(_, _, let readings)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(readings.count == 2)
        }
        // The user may override this.
        #expect(try category(try survey("set/\(name)", normal: ".")).0.images.count == 4)
        #expect(try category(try survey(normal: name)).0.images.count == 4)
    }

    @Test(
        "Products that are named like masks or defects are taken as normal",
        arguments: ["labelled_bottles", "label-rolls", "crackers", "Seg 7 displays", "positive_plates"])
    func acceptedNames(_ name: String) throws {
        try write(["\(name)*4"])
        #expect(try category(try survey("set/\(name)")).0.images.count == 4)
    }

    @Test(
        "Files that are named like masks or defects among others are refused",
        arguments: [
            ["a.png", "b.png", "b_mask.png"], ["Part1.png", "Part1_label.png", "Part2.png", "Part2_label.png"],
            ["000.png", "001.png", "defect_000.png"], ["x/1.png", "x/1_gt.png"], ["1.png", "2-crack.png"],
        ])
    func refusedFiles(_ files: [String]) throws {
        for (number, file) in files.enumerated() { try data.writeImage(number, to: "set/" + file) }
        #expect(throws: DatasetError.self) { try survey() }
        #expect(try category(try survey(normal: ".")).0.images.count == files.count)
    }

    @Test(
        "Names that all files share, or that may be those of the product, are accepted",
        arguments: [
            ["hole_plate_1.png", "hole_plate_2.png"], ["wine_label.png", "beer_label.png"],
            ["positive_plate_1.png", "other_plate.png"],
        ])
    func acceptedFiles(_ files: [String]) throws {
        for (number, file) in files.enumerated() { try data.writeImage(number, to: "set/" + file) }
        #expect(try category(try survey()).0.images.count == files.count)
    }

    @Test("Numbers in hexadecimal digits and random names are accepted")
    func randomNames() throws {
        var generator = SeededGenerator(seed: 81)
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        for number in 0..<300 {
            let base = number % 2 == 0 ? 16 : 36
            let groups = [8, 4, 4, 4, 12].map { length in
                String((0..<length).map { _ in digits[generator.integer(below: base)] })
            }
            let name = base == 16 ? groups.joined(separator: "-") : groups.joined()
            try data.writeImage(number % 8, to: "set/\(name).png")
        }
        #expect(
            try FolderLayout(
                ManifestPath("set", relativeTo: data.path), score: nil, normal: nil, jobName: "set", followsLinks: false
            ).categories.first?.images.count == 300)
    }

    @Test("The subfolders of a plain folder are named, since they may be several products")
    func products() throws {
        try write(["screw*3", "carpet*2"])
        #expect(try survey().findings.contains { $0.hasPrefix("one model for all of carpet (2), screw (3)") })
        #expect(try !survey("set/screw").findings.contains { $0.hasPrefix("one model") })
    }

    @Test("Normal images within the folder of a kind of defects are reported")
    func innerKinds() throws {
        try write(["train/good*4", "test/screw/good*2", "test/screw/bent*2"])
        let findings = try survey().findings
        #expect(findings.contains { $0.contains("also those in its folder \"good\"") }, "\(findings)")
    }

    @Test("A folder in a test set is refused, one in the training set is accepted")
    func insideDataset() throws {
        try write(["train/good*4", "test/good*2", "test/weird*2", "test/bad*2"])
        for folder in ["set/test", "set/test/good", "set/test/weird", "set/test/bad"] {
            #expect(throws: DatasetError.self) { try survey(folder) }
        }
        #expect(try category(try survey("set/train/good")).0.images.count == 4)
    }

    @Test(
        "Ambiguous names are reported with both readings",
        arguments: [
            ["good*4", "monday*3"], ["good*2", "ok*2"], ["train/good*2", "train/ok*2"], ["a*2", "b*2", "b*1*_mask"],
            ["a/bad*2", "a/x*2"], ["test/good*2", "test/bad*2"],
        ])
    func unclear(_ tree: [String]) throws {
        try write(tree)
        let error = #expect(throws: DatasetError.self) { try survey() }
        #expect("\(try #require(error))".contains("\n  nominal init "))
    }

    @Test(
        "Plain folders are read with all subfolders of other names",
        arguments: [["a*2", "b*2"], ["good*4"]])
    func plain(_ tree: [String]) throws {
        try write(tree)
        #expect(try category(try survey()).0.images.count == 4)
    }

    @Test("Results of Nominal are skipped with a note, and refused in place of images")
    func results() throws {
        try write(["*4"])
        try data.write(Array(ResultsMarker.text().utf8), to: "set/runs/x/" + ResultsMarker.name)
        try data.writeImage(9, to: "set/runs/x/overlays/1.png")
        let found = try survey()
        #expect(try category(found).0.images.count == 4)
        #expect(found.findings.contains { $0.contains("runs/x") && $0.contains("not read as images") })
        for folder in ["set/runs/x", "set/runs/x/overlays"] {
            #expect(throws: DatasetError.self) { try survey(folder) }
            #expect(throws: DatasetError.self) { try DatasetScan.images(below: data.path + "/" + folder) }
        }
    }

    @Test("No manifest is written for too few or unusable images")
    func trial() throws {
        func error(_ write: () throws -> Void) throws -> String {
            try? data.remove("set")
            try write()
            return "\(try #require(throws: DatasetError.self) { try category(try survey()) })"
        }
        #expect(try error { try write(["*1"]) }.contains("only 1 usable normal image"))
        let text = try error {
            for number in 0..<3 { try data.write(Array("XX image".utf8), to: "set/\(number).png") }
        }
        #expect(text.contains("none of 3 normal images can be used") && text.contains("convert it"))
        #expect(try error { try data.write([0], to: "set/a.gif") }.contains("convert images of other formats"))
        // Exact copies count as one image.
        #expect(
            try error { for name in ["a", "b"] { try data.writeImage(1, to: "set/\(name).png") } }.contains(
                "only 1 usable"))
    }
}
