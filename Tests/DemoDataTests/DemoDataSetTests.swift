import DemoData
import SeededRandom
import Testing

@Suite("Demo data set")
struct DemoDataSetTests {
    @Test("Entries follow the MVTec layout, are sorted by path and are unique")
    func layout() throws {
        let set = try DemoDataSet(seed: 1)
        #expect(set.entries.count == 3 * (60 + 20 + 5 * 6))
        let paths = set.entries.map(\.path)
        #expect(paths == paths.sorted() && Set(paths).count == paths.count)
        #expect(paths.first == "brushed_metal/test/dent/000.png")
        #expect(paths.last == "woven_cloth/train/good/059.png")
        let scratch = try #require(set.entries.first { $0.path == "wood/test/scratch/003.png" })
        #expect(scratch.maskPath == "wood/ground_truth/scratch/003_mask.png")
        #expect(scratch.material == .wood && scratch.defect == .scratch)
        #expect(set.entries.allSatisfy { ($0.defect == nil) == ($0.maskPath == nil) })
    }

    @Test("Folder names have no digits or dashes, which MVTec's evaluation would drop")
    func folderNames() {
        let names = DemoMaterial.allCases.map(\.rawValue) + DemoDefect.allCases.map(\.rawValue)
        #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "_" } })
    }

    @Test("An image depends on the seed and its path only")
    func pureFunction() throws {
        let small = try DemoDataSet(seed: 5, trainCount: 1, testGoodCount: 0, testDefectCount: 1)
        let large = try DemoDataSet(seed: 5, trainCount: 9, testGoodCount: 3, testDefectCount: 2)
        for entry in small.entries {
            let same = try #require(large.entries.first { $0 == entry })
            #expect(small.image(for: entry) == large.image(for: same), "\(entry.path)")
        }
    }

    /// Recorded from this implementation, to detect changes of the images between versions and machines.
    @Test(
        "The bytes of seed 2024 equal the recorded ones",
        arguments: [
            ("brushed_metal/train/good/000.png", 0x0762_859E_0757_6F8C as UInt64),
            ("wood/train/good/000.png", 0x61DF_E797_F09C_E332),
            ("woven_cloth/train/good/000.png", 0x504B_224E_5DCA_9378),
            ("brushed_metal/test/dent/000.png", 0x6D3F_BEAD_5070_9B3D),
            ("wood/test/hole/000.png", 0xD24D_206C_9F04_BE97),
            ("woven_cloth/test/scratch/000.png", 0xA8D1_8822_89ED_D3B9),
            ("wood/test/stain/000.png", 0x2637_2B84_6F3E_7755),
            ("brushed_metal/test/thread/000.png", 0x9608_C84C_5426_72B7),
        ])
    func recordedBytes(path: String, digest: UInt64) throws {
        let set = try DemoDataSet(seed: 2024, trainCount: 1, testGoodCount: 0, testDefectCount: 1)
        let image = set.image(for: try #require(set.entries.first { $0.path == path }))
        let actual = StableHash.of(image.rgb + (image.mask ?? []))
        #expect(actual == digest, "\(path) has 0x\(String(actual, radix: 16))")
    }

    @Test("Seed, index and split change the image")
    func variety() throws {
        let set = try DemoDataSet(seed: 1, trainCount: 3, testGoodCount: 2, testDefectCount: 0)
        let other = try DemoDataSet(seed: 2, trainCount: 3, testGoodCount: 2, testDefectCount: 0)
        let images = (set.entries.map(set.image) + other.entries.map(other.image)).map(\.rgb)
        #expect(Set(images).count == 30)
    }

    @Test("Brightness varies between normal images by less than a fifth", arguments: DemoMaterial.allCases)
    func moderateVariation(material: DemoMaterial) throws {
        let set = try DemoDataSet(seed: 3, trainCount: 12, testGoodCount: 0, testDefectCount: 0)
        let means = set.entries.filter { $0.material == material }.map { entry in
            let rgb = set.image(for: entry).rgb
            return Double(rgb.reduce(0) { $0 + Int($1) }) / Double(rgb.count)
        }
        let low = try #require(means.min()), high = try #require(means.max())
        #expect(high / low > 1.01 && high / low < 1.2)
        #expect(low > 60 && high < 200)
    }

    @Test(
        "Parameters out of range are errors that name the parameter",
        arguments: [
            ("size", 63, 1, 1, 1), ("size", 2049, 1, 1, 1), ("trainCount", 64, -1, 1, 1),
            ("testGoodCount", 64, 1, 1001, 1), ("testDefectCount", 64, 1, 1, Int.min),
        ])
    func outOfRange(name: String, size: Int, train: Int, good: Int, defect: Int) {
        let error = #expect(throws: DemoDataError.self) {
            try DemoDataSet(
                seed: 0, size: size, trainCount: train, testGoodCount: good, testDefectCount: defect)
        }
        #expect(error?.description.contains("'\(name)'") == true)
    }
}
