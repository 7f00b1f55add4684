import Imaging
import Testing

@testable import Evaluation

@Suite("What MVTec's own evaluation takes")
struct MVTecReadinessTests {
    private let folder: MapFolder

    init() throws {
        folder = try MapFolder()
        try folder.writeSet(maps: "maps/anomaly_maps/bolt/test", truth: "truth/bolt/ground_truth")
        for name in ["good/000", "good/001", "scratch/000", "scratch/001"] {
            try folder.write([], to: "truth/bolt/test/\(name).png")
        }
    }

    private func faults() throws -> [String] {
        let truth = folder.path + "/truth"
        return try MVTecReadiness(MapScan(maps: folder.path + "/maps", groundTruth: truth), groundTruth: truth).faults
    }

    @Test("maps as runs write them are ready")
    func ready() throws { #expect(try faults().isEmpty) }

    @Test(
        "names with digits or dashes, which the script leaves out without a word, are told",
        arguments: ["dent_2", "a-b"])
    func names(kind: String) throws {
        try folder.write(MapFolder.map(9), to: "maps/anomaly_maps/bolt/test/\(kind)/000.tiff")
        try folder.write(MapFolder.mask(), to: "truth/bolt/ground_truth/\(kind)/000_mask.png")
        #expect(try faults().map { $0.contains("the script leaves out the kind \"\(kind)\"") } == [true])
    }

    @Test("images that are no PNG, or have no map, are told")
    func images() throws {
        try folder.write([], to: "truth/bolt/test/good/002.jpg")
        try folder.write([], to: "truth/bolt/test/good/003.png")
        try folder.write([], to: "truth/bolt/test/good/notes.txt")
        let faults = try faults()
        #expect(faults.count == 2)
        #expect(faults[0].contains("leaves out the image good/002.jpg"))
        #expect(faults[1].contains("the image good/003.png has no map"))
    }

    @Test("maps of two sizes, of another size than their mask, and values that are not finite are told")
    func files() throws {
        try folder.write(MapFolder.map(2, width: 20), to: "maps/anomaly_maps/bolt/test/scratch/001.tiff")
        var map = MapFolder.map(3)
        map.values[7] = .nan
        try folder.write(map, to: "maps/anomaly_maps/bolt/test/good/001.tiff")
        let faults = try faults()
        #expect(faults.count == 3)
        #expect(faults[0].contains("good/001 holds values that are not finite"))
        #expect(faults[1].contains("scratch/001 has 20 x 16 pixels, good/000 has 24 x 16"))
        #expect(faults[2].contains("scratch/001 has 20 x 16 pixels, its mask 24 x 16"))
    }

    @Test("compression that the script's reader does not know is told by its number")
    func compression() throws {
        // The tag of the compression, 1, becomes that of LZW, 5: the eighth byte of the fourth entry of the directory.
        var bytes = try MapFolder.map(2).tiffBytes()
        let tag = 8 + 2 + 12 * 3
        #expect(bytes[tag] == 3 && bytes[tag + 1] == 1 && bytes[tag + 8] == 1)
        bytes[tag + 8] = 5
        try folder.write(bytes, to: "tagged.tiff")
        #expect(try TIFFTags(path: folder.path + "/tagged.tiff")?.compression == 5)
        try folder.write(Array("no TIFF".utf8), to: "other.tiff")
        #expect(try TIFFTags(path: folder.path + "/other.tiff") == nil)
    }

    @Test("without good maps, or without folders of objects, nothing is ready")
    func layout() throws {
        let other = try MapFolder()
        try other.writeSet()
        let scan = try MapScan(maps: other.path + "/maps", groundTruth: other.path + "/truth")
        #expect(try !MVTecReadiness(scan, groundTruth: other.path + "/truth").isReady)
        let bad = try MapFolder()
        try bad.write(MapFolder.map(1), to: "maps/bolt/test/dent/000.tiff")
        try bad.write(MapFolder.mask(), to: "truth/bolt/ground_truth/dent/000_mask.png")
        let faults = try MVTecReadiness(
            MapScan(maps: bad.path + "/maps", groundTruth: bad.path + "/truth"), groundTruth: bad.path + "/truth"
        ).faults
        #expect(faults.map { $0.contains("divides by their number") } == [true])
    }
}
