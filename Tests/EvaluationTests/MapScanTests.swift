import Foundation
import Testing

@testable import Evaluation

@Suite("Scanning folders for maps and masks")
struct MapScanTests {
    private let folder: MapFolder

    init() throws { folder = try MapFolder() }

    private func scan(_ maps: String = "maps", _ truth: String = "truth") throws -> MapScan {
        try MapScan(maps: folder.path + "/" + maps, groundTruth: folder.path + "/" + truth)
    }

    private func touch(_ names: String...) throws { for name in names { try folder.write("", to: name) } }

    @Test("Folders are kinds, and images without a mask or of the kind good are normal")
    func kinds() throws {
        try touch(
            "maps/good/000.tiff", "maps/scratch/001.TIF", "maps/scratch/002.tiff", "maps/notes.txt", "maps/good/a.png",
            "maps/.hidden/x.tiff", "truth/scratch/001_mask.png", "truth/good/000_mask.png")
        let set = try #require(try scan().sets.first)
        #expect(set.object == nil)
        #expect(set.maps.map(\.name) == ["good/000", "scratch/001", "scratch/002"])
        #expect(set.maps.map(\.isAnomalous) == [false, true, false])
        #expect(set.maps.map { $0.maskPath != nil } == [true, true, false])
        #expect(set.unmasked == ["scratch/002"])
        #expect(set.masksWithoutMap == [])
    }

    @Test("Masks may have the name of the map and be in a folder ground_truth")
    func maskNames() throws {
        try touch("maps/scratch/001.tiff", "maps/scratch/a.b.tiff")
        try touch("truth/ground_truth/scratch/001.png", "truth/ground_truth/scratch/a.b.PNG")
        try touch("truth/scratch/001_mask.png")
        let set = try #require(try scan().sets.first)
        #expect(set.maps.map(\.isAnomalous) == [true, true])
        #expect(set.maps[0].maskPath == folder.path + "/truth/ground_truth/scratch/001.png")
    }

    @Test("Masks without a map are found, also for kinds without maps; other pictures are ignored")
    func masksWithoutMap() throws {
        try touch(
            "maps/scratch/001.tiff", "truth/scratch/001_mask.png", "truth/scratch/002_mask.png",
            "truth/scratch/photo.png", "truth/hole/001_mask.png")
        #expect(try scan().sets[0].masksWithoutMap == ["hole/001_mask", "scratch/002_mask"])
        try touch("plain/scratch/001.tiff", "plaintruth/scratch/001.png", "plaintruth/scratch/002.png")
        #expect(try scan("plain", "plaintruth").sets[0].masksWithoutMap == ["scratch/002"])
    }

    @Test("Maps and masks may be in subfolders of their kind")
    func nested() throws {
        try touch("maps/hole/cam1/000.tiff", "maps/hole/cam2/000.tiff", "maps/good/cam1/000.tiff")
        try touch("truth/hole/cam1/000_mask.png", "truth/hole/cam2/000_mask.png")
        let set = try #require(try scan().sets.first)
        #expect(set.maps.map(\.name) == ["good/cam1/000", "hole/cam1/000", "hole/cam2/000"])
        #expect(
            set.maps.map(\.maskPath) == [nil] + ["cam1", "cam2"].map { "\(folder.path)/truth/hole/\($0)/000_mask.png" })
        #expect(set.unusedMasks == UnusedMasks())
    }

    @Test("Unused files in mask folders are reported with the reason")
    func unused() throws {
        try touch("maps/hole/cam1/000.tiff", "maps/hole/cam2/000.tiff", "maps/hole/1.tiff", "maps/good/0.tiff")
        try touch("truth/hole/000_mask.png", "truth/hole/1_Mask.png", "truth/hole/1_mask.png", "truth/good/0.png")
        try touch("truth/hole/1_mask.gif")
        let set = try #require(try scan().sets.first)
        var expected = UnusedMasks()
        expected.withoutImage = ["hole/1_Mask"]
        expected.ofGoodImages = ["good/0"]
        expected.otherFormats = ["hole/1_mask.gif"]
        expected.shared = ["hole/000_mask": ["hole/cam1/000", "hole/cam2/000"]]
        #expect(set.unusedMasks == expected)
        #expect(set.unmasked == ["hole/cam1/000", "hole/cam2/000"])
        let warnings = set.unusedMasks.warnings(folder: "truth/")
        #expect(warnings.count == 4)
        #expect(
            warnings[0]
                == "1 mask is not used (no image with this name): hole/1_Mask. The mask of KIND/STEM.png is "
                + "truth/KIND/STEM_mask.png or truth/KIND/STEM.png")
        #expect(
            warnings[3].hasSuffix(
                "The first matches hole/cam1/000 and hole/cam2/000: put each mask in a folder named like that of its image"
            ))
    }

    @Test("A link to a parent folder is rejected")
    func loops() throws {
        try touch("maps/hole/000.tiff", "truth/hole/000_mask.png")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/maps/hole/again", withDestinationPath: ".")
        #expect { try scan() } throws: { "\($0)".contains("is a link back to its parent") }
    }

    @Test(
        "MVTec's layout is recognised from each of its levels",
        arguments: [("maps", "truth"), ("maps/anomaly_maps", "truth"), ("maps/anomaly_maps/wood", "truth/wood")])
    func experiments(maps: String, truth: String) throws {
        try touch(
            "maps/anomaly_maps/wood/test/good/000.tiff", "maps/anomaly_maps/wood/test/hole/000.tiff",
            "maps/anomaly_maps/tile/test/good/000.tiff", "truth/wood/ground_truth/hole/000_mask.png",
            "truth/wood/test/hole/000.png", "truth/tile/ground_truth/crack/.keep")
        let scan = try scan(maps, truth)
        #expect(scan.hasObjects == !maps.hasSuffix("wood"))
        #expect(scan.sets.map(\.object) == (scan.hasObjects ? ["tile", "wood"] : [nil]))
        let wood = try #require(scan.sets.last)
        #expect(wood.maps.map(\.name) == ["good/000", "hole/000"])
        #expect(wood.maps.map(\.isAnomalous) == [false, true])
    }

    @Test("Errors name the missing folder or file")
    func missing() throws {
        #expect { try scan() } throws: { "\($0)".contains("/maps: no such folder; anomaly maps are expected there") }
        try touch("maps/good/a.png")
        #expect { try scan() } throws: { "\($0)".contains("/truth: no such folder") }
        try touch("truth/.keep")
        #expect { try scan() } throws: { "\($0)".contains("/maps: no anomaly map found; expected ") }
        try touch("objects/wood/test/good/000.tiff")
        #expect { try scan("objects") } throws: {
            ($0 as? EvaluationError)?.isMissing == true && "\($0)".contains("/truth/wood: no such folder")
        }
    }

    @Test("Two maps or two masks with the same stem are rejected")
    func sameStem() throws {
        try touch("maps/good/000.tiff", "maps/good/000.tif", "truth/.keep")
        #expect { try scan() } throws: { "\($0)".contains("000.tif and ") && "\($0)".contains("remove one") }
        try touch("second/hole/0.tiff", "secondtruth/hole/0_mask.png", "secondtruth/hole/0_mask.tif")
        #expect { try scan("second", "secondtruth") } throws: { "\($0)".contains("0_mask.tif") }
    }

    @Test("Links to maps, masks or kinds outside the folder are rejected unless links are followed")
    func links() throws {
        try touch("maps/good/000.tiff", "maps/scratch/001.tiff", "truth/scratch/001_mask.png", "other/scratch/9.tiff")
        try touch("other/m_mask.png")
        for (link, target) in [
            ("maps/good/out.tiff", "other/scratch/9.tiff"), ("truth/scratch/m_mask.png", "other/m_mask.png"),
            ("maps/cut", "other/scratch"),
        ] {
            let path = folder.path + "/" + link
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path + "/" + target)
            let error = #expect(throws: EvaluationError.self) { try scan() }
            #expect("\(error!)".contains("\(path) is a link to"), "\(error!)")
            #expect(error?.isMissing == false)
            _ = try MapScan(
                maps: folder.path + "/maps", groundTruth: folder.path + "/truth", followsLinks: true)
            try FileManager.default.removeItem(atPath: path)
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/maps/good/in.tiff", withDestinationPath: "000.tiff")
        #expect(try scan().sets[0].maps.count == 3)
    }
}

@Suite("Pairing of images and masks by name")
struct MaskPairingTests {
    @Test("A mask has the name of its image and is in a folder of the same name")
    func sameFolder() {
        let pairing = MaskPairing(
            images: ["000", "cam1/000", "cam2/000", "cam2/deep/001", "002"],
            masks: ["cam1/000_mask", "000", "cam2/000", "cam2/000_mask", "cam2/deep/001_mask", "Capital_Mask"])
        #expect(
            pairing.masks == [
                "000": "000", "cam1/000": "cam1/000_mask", "cam2/000": "cam2/000_mask",
                "cam2/deep/001": "cam2/deep/001_mask",
            ])
        #expect(pairing.unused == ["Capital_Mask", "cam2/000"])
        #expect(pairing.shared.isEmpty)
    }

    @Test("A mask in the folder of the kind pairs with an image in a subfolder only if it is unambiguous")
    func flatMasks() {
        let pairing = MaskPairing(
            images: ["cam1/000", "cam2/000", "cam1/001", "cam1/002", "002", "cam1/003"],
            masks: ["000_mask", "001_mask", "002_mask", "cam9/003"])
        #expect(pairing.masks == ["cam1/001": "001_mask", "002": "002_mask"])
        #expect(pairing.shared == ["000_mask": ["cam1/000", "cam2/000"]])
        #expect(pairing.unused == ["cam9/003"])
    }

    @Test("Every mask is used once, shared or unused, for all combinations of names")
    func partition() {
        let stems = ["0", "0_mask", "a/0", "a/0_mask", "b/0", "b/0_mask", "a/1", "1_mask"]
        for images in 0..<256 {
            let chosen = stems.indices.filter { images >> $0 & 1 == 1 }.map { stems[$0] }
            for masks in stride(from: 0, to: 256, by: 7) {
                let found = stems.indices.filter { masks >> $0 & 1 == 1 }.map { stems[$0] }
                let pairing = MaskPairing(images: chosen, masks: found)
                let all = Array(pairing.masks.values) + pairing.shared.keys + pairing.unused
                #expect(all.sorted() == found.sorted(), "\(chosen) \(found)")
            }
        }
    }
}
