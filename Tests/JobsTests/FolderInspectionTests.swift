import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Imaging
import Jobs
import Testing

/// A folder of normal images with planted faults.
@Suite struct FolderInspectionTests {
    private let data: TinyDataSet
    private static let side = 96

    /// Twelve distinct images of a plain background with noise, and a disc in the middle.
    init() throws {
        data = try TinyDataSet()
        for number in 0..<12 { try write(Self.image(number), to: "cap/train/good/\(100 + number).png") }
    }

    private func write(_ image: PlanarImage, to name: String) throws {
        try data.write(try PNGEncoder.encode(image), to: name)
    }

    private static func image(_ number: Int, change: (_ x: Int, _ y: Int, _ value: Float) -> Float = { $2 })
        -> PlanarImage
    {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
        func noise() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24) - 0.5
        }
        // Coarse noise as well, so that perceptual hashes differ.
        let coarse = (0..<64).map { _ in noise() * 0.3 }
        var values: [Float] = []
        for y in 0..<side {
            for x in 0..<side {
                let (dx, dy) = (x - side / 2, y - side / 2)
                let base: Float = dx * dx + dy * dy < 900 ? 0.65 : 0.35
                values.append(change(x, y, base + coarse[y / 12 * 8 + x / 12] * 0.3 + noise() * 0.1))
            }
        }
        return PlanarImage(width: side, height: side, channels: 1, values: values).convertedToRGB()
    }

    private func inspect(threads: Int = 2) throws -> FolderInspection {
        try FolderInspection(data.path, threads: threads) { _, _ in true }
    }

    /// The names of the images of each finding of a kind.
    private func found(_ kind: FolderInspection.Finding.Kind, _ inspection: FolderInspection) -> [[String]] {
        inspection.findings.filter { $0.kind == kind }.map { finding in
            finding.images.map { String(inspection.images[$0].file.dropFirst("cap/".count)) }
        }
    }

    @Test(
        "Floating-point images above 1 are compared by their values, and one with a value that is no number is damaged")
    func floats() throws {
        func write(_ values: [Float], to name: String) throws {
            let map = FloatMap(width: 16, height: 16, values: values)
            try data.write(try map.tiffBytes(), to: "counts/" + name)
        }
        for number in 0..<3 { try write((0..<256).map { Float(100 + $0 * (number + 1)) }, to: "\(number).tiff") }
        try write((0..<256).map { Float(100 + $0) }, to: "copy.tiff")
        try write([.nan] + [Float](repeating: 1, count: 255), to: "damaged.tiff")
        let inspection = try FolderInspection(data.path + "/counts", threads: 2) { _, _ in true }
        let damaged = inspection.findings.filter { $0.kind == .damaged }.flatMap(\.images)
        #expect(damaged.map { inspection.images[$0].file } == ["damaged.tiff"])
        #expect(inspection.findings.filter { $0.kind == .equal }.map(\.images.count) == [2])
    }

    @Test("Images of one kind have no findings")
    func plain() throws {
        let inspection = try inspect()
        #expect(inspection.findings == [])
        #expect(inspection.page(folder: "caps").contains("Nothing stands out."))
    }

    @Test("Equal pictures are found whatever their format, and those of training and test are a leak")
    func copies() throws {
        let copy = try NetpbmWriter.bytes(Self.image(3))
        try data.write(copy, to: "cap/train/good/copy.ppm")
        try write(Self.image(5), to: "cap/test/good/leak.png")
        try write(Self.image(20), to: "cap/test/good/fresh.png")
        let inspection = try inspect()
        #expect(
            found(.equal, inspection) == [
                ["test/good/leak.png", "train/good/105.png"], ["train/good/103.png", "train/good/copy.ppm"],
            ])
        #expect(found(.leak, inspection) == [["test/good/leak.png", "train/good/105.png"]])
    }

    @Test("A recompressed copy is nearly equal")
    func near() throws {
        try data.write(try JPEGEncoder.encode(Self.image(4), quality: 90), to: "cap/test/dent/near.jpg")
        let inspection = try inspect()
        #expect(found(.nearlyEqual, inspection) == [["test/dent/near.jpg", "train/good/104.png"]])
        #expect(found(.leak, inspection) == [["test/dent/near.jpg", "train/good/104.png"]])
    }

    @Test("Blurred, dark and coloured images are outliers, and a defect makes an image odd")
    func outliers() throws {
        let small = Self.image(30).resized(width: 24, height: 24)
        try write(small.resized(width: Self.side, height: Self.side), to: "cap/train/good/blurred.png")
        try write(Self.image(31) { $2 * 0.5 }, to: "cap/train/good/dark.png")
        var red = Self.image(32)
        for index in 0..<Self.side * Self.side { red.values[index] += 0.1 }
        try write(red, to: "cap/train/good/red.png")
        try write(
            Self.image(33) { x, y, value in abs(x - 30) < 5 && abs(y - 60) < 5 ? 0.95 : value },
            to: "cap/train/good/spot.png")
        // A defect of the test set is expected to be odd.
        try write(
            Self.image(34) { x, y, value in abs(x - 60) < 9 ? 0 : value }, to: "cap/test/dent/000.png")
        let inspection = try inspect()
        #expect(found(.sharpness, inspection).contains(["train/good/blurred.png"]))
        #expect(found(.brightness, inspection).contains(["train/good/dark.png"]))
        #expect(found(.warmth, inspection) == [["train/good/red.png"]])
        #expect(found(.odd, inspection).contains(["train/good/spot.png"]))
        #expect(!inspection.findings.flatMap(\.images).contains { inspection.images[$0].file.contains("dent") })
    }

    @Test("Damaged files, other sizes and formats are told; masks are not images")
    func files() throws {
        try data.write(Array("no image".utf8), to: "cap/train/good/broken.png")
        try write(Self.image(40).resized(width: 80, height: 80), to: "cap/train/good/small.png")
        try data.writeMask(to: "cap/ground_truth/dent/000_mask.png")
        let inspection = try inspect()
        #expect(inspection.maskCount == 1)
        #expect(found(.damaged, inspection) == [["train/good/broken.png"]])
        let mixed = inspection.findings.filter { $0.kind == .mixed }.map(\.words)
        #expect(mixed == ["cap: 2 sizes: 96 x 96 (12), 80 x 80 (1)"])
        #expect(inspection.lines.contains { $0.contains("not a PNG") })
    }

    @Test("Different colour profiles are told, by an inspection and by a survey")
    func profiles() throws {
        let profile: [UInt8] = Array(repeating: 0, count: 128) + [0, 0, 0, 0]
        var jpeg = try JPEGEncoder.encode(Self.image(60), quality: 95)
        let content = Array("ICC_PROFILE".utf8) + [0, 1, 1] + profile
        let length = content.count + 2
        jpeg.insert(contentsOf: [0xFF, 0xE2, UInt8(length >> 8), UInt8(length & 255)] + content, at: 2)
        try data.write(jpeg, to: "cap/train/good/camera2.jpg")
        let words = try inspect().findings.filter { $0.kind == .mixed }.map(\.words)
        #expect(words.contains { $0.hasPrefix("cap: 2 colour profiles: none (12), without a name ") })
        let survey = try FolderSurvey(data.path + "/cap/train/good", score: nil)
        #expect(
            survey.findings.contains {
                $0.hasPrefix("colour profiles, which are not applied: none (12), without a name")
            })
    }

    @Test("A camera of 12 bits in 16-bit files is told, with the manifest's key")
    func depth() throws {
        for number in 0..<12 {
            var image = Self.image(number)
            for index in image.values.indices { image.values[index] /= 16.01 }
            try data.write(try PNGEncoder.encode16(image), to: "cap/train/good/\(100 + number).png")
        }
        #expect(try inspect().findings.contains { $0.kind == .mixed && $0.words.contains("\"depth\": 12") })
    }

    @Test("The table has a row for each image, and no cell that a spreadsheet runs; the page has its thumbnails")
    func output() throws {
        try write(Self.image(3), to: "cap/train/good/=1+1,<b>.png")
        let inspection = try inspect()
        let rows = inspection.table.split(separator: "\n")
        #expect(rows.count == 14)
        #expect(rows[0].hasPrefix("image,group,format,width"))
        #expect(
            rows.contains {
                $0.hasPrefix("\"cap/train/good/=1+1,<b>.png\",cap,png,96,96,8,rgb,,")
                    && $0.contains("equal: 2 equal images")
            })
        let page = inspection.page(folder: "caps")
        #expect(
            page.contains("Equal images: 1") && page.contains("data:image/jpeg") && page.contains("=1+1,&lt;b&gt;.png"))
    }

    @Test("Names at the top of the folder that look like formulas are guarded")
    func formulas() throws {
        try write(Self.image(50), to: "=HYPERLINK(1).png")
        #expect(try inspect().table.contains("\n'=HYPERLINK(1).png,"))
    }

    @Test("The number of threads changes nothing")
    func threads() throws {
        try write(Self.image(33) { x, y, value in abs(x - 30) < 5 ? 0.95 : value }, to: "cap/train/good/spot.png")
        let one = try inspect(threads: 1), many = try inspect(threads: 7)
        #expect(one.table == many.table)
        #expect(one.page(folder: "x") == many.page(folder: "x"))
    }

    @Test("An interrupted inspection ends with an error")
    func interrupted() throws {
        #expect(throws: StoreError.self) { try FolderInspection(data.path, threads: 1) { done, _ in done < 3 } }
    }
}

/// A portable pixmap of 8 bits.
private enum NetpbmWriter {
    static func bytes(_ image: PlanarImage) throws -> [UInt8] {
        let plane = image.width * image.height
        var bytes = Array("P6 \(image.width) \(image.height) 255\n".utf8)
        for pixel in 0..<plane {
            for channel in 0..<3 {
                bytes.append(UInt8((min(max(image.values[channel * plane + pixel], 0), 1) * 255).rounded()))
            }
        }
        return bytes
    }
}
