import Testing

@testable import DemoData

@Suite("Defects and their masks")
struct DemoDefectTests {
    /// Four images per defect and material at the default size.
    private static let set = Result { try DemoDataSet(seed: 11, trainCount: 0, testGoodCount: 0, testDefectCount: 4) }

    @Test(
        "Each defect is visible and small, and its mask covers exactly the changed pixels",
        arguments: DemoMaterial.allCases)
    func visibleWithExactMask(material: DemoMaterial) throws {
        let set = try Self.set.get()
        for entry in set.entries where entry.material == material {
            let comparison = DefectComparison(set, entry), changes = comparison.largestChanges
            #expect(comparison.mask == changes.map { $0 > 0 ? 1 : 0 }, "\(entry.path)")
            #expect(!changes.contains(1), "\(entry.path) has changes too small to see")
            let area = changes.count(where: { $0 > 0 })
            #expect(area >= 12 && area <= set.size * set.size / 5, "\(entry.path) changes \(area) pixels")
            #expect(comparison.contrast >= 12, "\(entry.path) has a contrast of \(comparison.contrast) levels")
        }
    }

    @Test("A defect lies inside the image and spans 3 to 48 pixels", arguments: DemoDefect.allCases)
    func extent(defect: DemoDefect) throws {
        let set = try Self.set.get()
        for entry in set.entries where entry.defect == defect {
            let mask = try #require(set.image(for: entry).mask)
            let changed = mask.indices.filter { mask[$0] == 1 }
            let columns = changed.map { $0 % set.size }, rows = changed.map { $0 / set.size }
            let left = try #require(columns.min()), right = try #require(columns.max())
            let top = try #require(rows.min()), bottom = try #require(rows.max())
            #expect(left > 0 && top > 0 && right < set.size - 1 && bottom < set.size - 1, "\(entry.path)")
            #expect((3...48).contains(max(right - left, bottom - top) + 1), "\(entry.path)")
        }
    }

    @Test("Defects scale with the image", arguments: DemoDefect.allCases)
    func scale(defect: DemoDefect) throws {
        let areas = try [64, 256].map { size in
            let set = try DemoDataSet(seed: 4, size: size, trainCount: 0, testGoodCount: 0, testDefectCount: 1)
            let entry = try #require(set.entries.first { $0.defect == defect })
            let image = set.image(for: entry)
            #expect(image.width == size && image.height == size && image.rgb.count == size * size * 3)
            return try #require(image.mask).count(where: { $0 == 1 })
        }
        #expect((8...24).contains(Double(areas[1]) / Double(areas[0])))
    }
}

/// A comparison of an image with the same image without its defect.
struct DefectComparison {
    let mask: [UInt8]?
    /// The maximum change over the three channels of each pixel, in grey levels.
    let largestChanges: [Int]
    /// The mean change over the mask and the three channels, in grey levels.
    let contrast: Double

    init(_ set: DemoDataSet, _ entry: DemoDataSet.Entry) {
        let image = set.image(for: entry)
        let clean = set.image(for: .init(material: entry.material, defect: nil, path: entry.path, maskPath: nil))
        var largestChanges = [Int](repeating: 0, count: image.width * image.height)
        var sum = 0
        // A plain loop, because lazy sequences are 100 times slower without optimisation.
        var index = 0
        while index < image.rgb.count {
            if image.rgb[index] != clean.rgb[index] {
                let change = abs(Int(image.rgb[index]) - Int(clean.rgb[index]))
                largestChanges[index / 3] = max(largestChanges[index / 3], change)
                sum += change
            }
            index += 1
        }
        mask = image.mask
        self.largestChanges = largestChanges
        contrast = Double(sum) / Double(3 * (image.mask?.count(where: { $0 == 1 }) ?? 0))
    }
}
