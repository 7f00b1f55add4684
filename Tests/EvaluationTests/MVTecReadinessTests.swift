import Imaging
import Testing

@testable import Evaluation

@Suite("Compatibility with MVTec's evaluation script")
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

    @Test("Maps written by a run are compatible")
    func ready() throws { #expect(try faults().isEmpty) }

    @Test(
        "Kinds with digits or dashes, which the script silently ignores, are reported",
        arguments: ["dent_2", "a-b"])
    func names(kind: String) throws {
        try folder.write(MapFolder.map(9), to: "maps/anomaly_maps/bolt/test/\(kind)/000.tiff")
        try folder.write(MapFolder.mask(), to: "truth/bolt/ground_truth/\(kind)/000_mask.png")
        #expect(try faults().map { $0.contains("the script ignores the kind \"\(kind)\"") } == [true])
    }

    @Test("Images that are not PNG or have no map are reported")
    func images() throws {
        try folder.write([], to: "truth/bolt/test/good/002.jpg")
        try folder.write([], to: "truth/bolt/test/good/003.png")
        try folder.write([], to: "truth/bolt/test/good/notes.txt")
        let faults = try faults()
        #expect(faults.count == 2)
        #expect(faults[0].contains("ignores the image good/002.jpg"))
        #expect(faults[1].contains("the image good/003.png has no map"))
    }

    @Test("Different map sizes, mask sizes and values that are not finite are reported")
    func files() throws {
        try folder.write(MapFolder.map(2, width: 20), to: "maps/anomaly_maps/bolt/test/scratch/001.tiff")
        var map = MapFolder.map(3)
        map.values[7] = .nan
        try folder.write(map, to: "maps/anomaly_maps/bolt/test/good/001.tiff")
        let faults = try faults()
        #expect(faults.count == 3)
        #expect(faults[0].contains("good/001 contains values that are not finite"))
        #expect(faults[1].contains("scratch/001 has 20 x 16 pixels, good/000 has 24 x 16"))
        #expect(faults[2].contains("scratch/001 has 20 x 16 pixels, its mask 24 x 16"))
    }

    @Test("The compression of a TIFF file is read from its tags")
    func compression() throws {
        // Changes the compression tag from 1 to 5 (LZW): the eighth byte of the fourth directory entry.
        var bytes = try MapFolder.map(2).tiffBytes()
        let tag = 8 + 2 + 12 * 3
        #expect(bytes[tag] == 3 && bytes[tag + 1] == 1 && bytes[tag + 8] == 1)
        bytes[tag + 8] = 5
        try folder.write(bytes, to: "tagged.tiff")
        #expect(try TIFFTags(path: folder.path + "/tagged.tiff")?.compression == 5)
        try folder.write(Array("no TIFF".utf8), to: "other.tiff")
        #expect(try TIFFTags(path: folder.path + "/other.tiff") == nil)
    }

    @Test("Sets without good maps or without object folders are not compatible")
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
