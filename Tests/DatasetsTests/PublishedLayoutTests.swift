import DatasetTestSupport
import Folders
import Imaging
import Manifests
import StrictJSON
import Testing

@testable import Datasets

@Suite("Published data sets")
struct PublishedLayoutTests {
    private let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    private func scan(
        _ layout: DatasetSection.PublishedLayout, _ names: [String]? = nil, testFraction: Double = 0
    ) throws -> [SourceCategory] {
        try DatasetScan.scan(
            .published(
                layout, root: ManifestPath(data.path, relativeTo: "/"), categories: names.map { .named($0) } ?? .all),
            jobName: "job", testFraction: testFraction)
    }

    /// The images as `SPLIT FILE KIND MASKS`.
    private func listed(_ category: SourceCategory) -> [String] {
        category.images.map { image in
            ([image.split.rawValue, image.file, image.kind] + image.masks.map(\.file)).joined(separator: " ")
        }
    }

    private func write(_ text: String, to name: String) throws { try data.write(Array(text.utf8), to: name) }

    private func expect(_ fault: String, _ layout: DatasetSection.PublishedLayout) {
        let error = #expect(throws: DatasetError.self) { try scan(layout) }
        #expect(error?.description.contains(fault) == true, "\(error?.description ?? "")")
    }

    private static let header = "object,split,label,image,mask\n"

    private func visa(_ rows: [String]) throws {
        try write(Self.header + rows.joined(separator: "\n") + "\n", to: "split_csv/1cls.csv")
    }

    @Test("VisA takes split, label and mask from its list of one class")
    func visaList() throws {
        for name in ["Normal/0000.JPG", "Normal/0001.JPG", "Anomaly/000.JPG"] {
            try data.writeImage(1, to: "candle/Data/Images/" + name)
        }
        try data.writeMask(to: "candle/Data/Masks/Anomaly/000.png")
        try data.writeImage(2, to: "pcb1/Data/Images/Normal/0000.JPG")
        try visa([
            "candle,train,normal,candle/Data/Images/Normal/0000.JPG,",
            "candle,test,normal,candle/Data/Images/Normal/0001.JPG,",
            "candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png",
            "pcb1,train,normal,pcb1/Data/Images/Normal/0000.JPG,",
        ])
        let found = try scan(.visa)
        #expect(found.map(\.name) == ["candle", "pcb1"])
        #expect(
            listed(found[0]) == [
                "test Data/Images/Anomaly/000.JPG anomaly Data/Masks/Anomaly/000.png",
                "train Data/Images/Normal/0000.JPG good", "test Data/Images/Normal/0001.JPG good",
            ])
        #expect(found[0].images[0].maskPath == data.path + "/candle/Data/Masks/Anomaly/000.png")
        #expect(try scan(.visa, ["pcb1"]).map(\.name) == ["pcb1"])
        #expect(throws: DatasetError.self) { try scan(.visa, ["pcb9"]) }
    }

    @Test(
        "A list of VisA that cannot be right is an error with the reason",
        arguments: [
            ("candle,train,normal,candle/../../etc/passwd,", "is not a path below"),
            ("candle,train,normal,/etc/passwd,", "is not in the folder of candle"),
            ("candle,train,normal,candle//a.png,", "is not a path below"),
            ("candle,train,normal,candle/none.png,", "is not there"),
            ("candle,train,anomaly,candle/a.png,", "is a training image with the label anomaly"),
            ("candle,fit,normal,candle/a.png,", "the split fit"),
            ("candle,train,normal", "line 2 has 3 fields"),
            ("candle,train,normal,pcb1/a.png,", "is not in the folder of candle"),
            ("candle,test,normal,candle/a.png,", "candle: no image in"),
        ])
    func hostileVisa(_ row: String, _ fault: String) throws {
        try data.writeImage(1, to: "candle/a.png")
        try data.writeImage(1, to: "pcb1/a.png")
        try visa([row])
        expect(fault, .visa)
    }

    @Test("A list with another header, and a root without the list, are errors")
    func otherFiles() throws {
        try write("a,b,c\n", to: "split_csv/1cls.csv")
        expect("expected object,split,label,image,mask", .visa)
        expect("this is not Real-IAD as published", .realIad)
        expect("this is not Kolektor SDD2 as published", .kolektorSdd2)
        expect("this is not the AITEX fabric database as published", .aitex)
    }

    @Test("Real-IAD takes views from its lists; the views of a part share its name")
    func realIad() throws {
        let images = [
            "OK/S0001/fuse_C1.jpg", "OK/S0001/fuse_C2.jpg", "NG/BX/S0002/fuse_C1.jpg", "NG/BX/S0002/fuse_C2.jpg",
        ]
        for name in images { try data.writeImage(1, to: "realiad_256/fuse/" + name) }
        try data.writeMask(to: "realiad_256/fuse/NG/BX/S0002/fuse_C1_mask.png")
        func entry(_ kind: String, _ file: String, _ mask: String = "null") -> String {
            #"{"category":"fuse","anomaly_class":"\#(kind)","image_path":"\#(file)","mask_path":\#(mask)}"#
        }
        try write(
            #"{"meta":{"normal_class":"OK","prefix":"fuse/"},"train":[\#(entry("OK", images[0]))],"test":["#
                + [
                    entry("OK", images[1]), entry("BX", images[2], #""NG/BX/S0002/fuse_C1_mask.png""#),
                    entry("OK", images[3]),
                ].joined(separator: ",") + "]}", to: "realiad_jsons/realiad_jsons/fuse.json")
        let category = try scan(.realIad)[0]
        #expect(
            listed(category) == [
                "test NG/BX/S0002/fuse_C1.jpg BX NG/BX/S0002/fuse_C1_mask.png", "test NG/BX/S0002/fuse_C2.jpg good",
                "train OK/S0001/fuse_C1.jpg good", "test OK/S0001/fuse_C2.jpg good",
            ])
        #expect(category.images.map(\.sample) == ["NG/BX/S0002", "NG/BX/S0002", "OK/S0001", "OK/S0001"])
    }

    @Test(
        "A list of Real-IAD that cannot be right is an error with the reason",
        arguments: [
            ("[]", "no meta.normal_class"), ("{", "found"),
            (#"{"meta":{"normal_class":"OK","prefix":"../"}}"#, "the prefix ../"),
            (#"{"meta":{"normal_class":"OK"},"train":[{}]}"#, "without anomaly_class or image_path"),
            (
                #"{"meta":{"normal_class":"OK"},"train":[{"anomaly_class":"OK","image_path":"../x.png"}]}"#,
                "is not a path below"
            ),
            (
                #"{"meta":{"normal_class":"OK"},"train":[{"anomaly_class":"BX","image_path":"a.png"}]}"#,
                "is a training image with the defect BX"
            ),
        ])
    func hostileRealIad(_ list: String, _ fault: String) throws {
        try data.writeImage(1, to: "realiad_256/fuse/a.png")
        try write(list, to: "realiad_jsons/fuse.json")
        expect(fault, .realIad)
    }

    @Test("Kolektor SDD2: masks decide; defective training images and stray copies are left out")
    func kolektor() throws {
        let empty = Mask(
            width: TinyDataSet.width, height: TinyDataSet.height,
            values: [UInt8](repeating: 0, count: TinyDataSet.width * TinyDataSet.height))
        for (name, isDefective) in [
            ("train/10000", false), ("train/10001", true), ("test/20000", false), ("test/20001", true),
        ] {
            try data.writeImage(1, to: name + ".png")
            try data.write((isDefective ? TinyDataSet.mask() : empty).pngBytes(), to: name + "_GT.png")
        }
        try data.writeImage(1, to: "train/10301 (copy).png")
        try data.writeMask(to: "train/10301_GT (copy).png")
        let category = try scan(.kolektorSdd2)[0]
        #expect(
            listed(category) == [
                "test test/20000.png good", "test test/20001.png defect test/20001_GT.png",
                "train train/10000.png good",
            ])
        #expect(category.ignoredFiles == ["train/10301 (copy).png", "train/10301_GT (copy).png"])
        #expect(category.annotationNotes.count == 1)
        try data.write([1, 2], to: "test/20000_GT.png")
        expect("cannot be read", .kolektorSdd2)
    }

    @Test("AITEX: fabrics are categories, defect codes are kinds, and an image may have two masks")
    func aitex() throws {
        for name in [
            "NODefect_images/2306881-210020u/0001_000_00.png", "NODefect_images/2306881-210020u/0002_000_00.png",
            "NODefect_images/2306894-210033u/0003_000_01.png", "Defect_images/0044_019_00.png",
            "Defect_images/0045_002_00.png", "Defect_images/0046_002_01.png",
            "Defect_images/0100_025_08.png",
        ] { try data.writeImage(1, to: name) }
        for name in ["0044_019_00_mask1", "0044_019_00_mask2", "0046_002_01_mask", "0099_002_01_mask"] {
            try data.writeMask(to: "Mask_images/\(name).png")
        }
        let found = try scan(.aitex)
        #expect(found.map(\.name) == ["fabric_00", "fabric_01"])
        #expect(
            listed(found[0]) == [
                "test Defect_images/0044_019_00.png 019 Mask_images/0044_019_00_mask1.png Mask_images/0044_019_00_mask2.png",
                "test Defect_images/0045_002_00.png 002", "train NODefect_images/2306881-210020u/0001_000_00.png good",
                "train NODefect_images/2306881-210020u/0002_000_00.png good",
            ])
        // A fabric without normal strips, and a mask without a strip, are named.
        for category in found {
            #expect(category.ignoredFiles == ["Defect_images/0100_025_08.png", "Mask_images/0099_002_01_mask.png"])
        }
        // One of two images stays for training, the same one each time.
        let halves = try (0..<2).map { _ in try scan(.aitex, ["fabric_00"], testFraction: 0.5)[0] }
        #expect(halves[0] == halves[1])
        #expect(halves[0].images.count { $0.split == .test && $0.isAnomalous == false } == 1)
        #expect(try scan(.aitex, ["fabric_01"], testFraction: 0.5)[0].images.count { $0.split == .train } == 1)
    }

    @Test("Names decide which images are separated for testing, so a new image moves at most one other")
    func stableFraction() throws {
        func category(_ count: Int) -> SourceCategory {
            SourceCategory(
                name: "a",
                images: (0..<count).map {
                    SourceImage(file: "train/\($0).png", path: "", split: .train, kind: "good", isAnomalous: false)
                }, ignoredFiles: [])
        }
        var (former, later) = (category(100), category(101))
        former.separateTestImages(fraction: 0.2)
        later.separateTestImages(fraction: 0.2)
        func chosen(_ category: SourceCategory) -> Set<String> {
            Set(category.images.filter { $0.split == .test }.map(\.file))
        }
        #expect(chosen(former).count == 20 && chosen(later).count == 20)
        #expect(chosen(former).symmetricDifference(chosen(later)).count <= 2)
    }

    @Test("MVTec LOCO AD: a folder of masks for each image, and saturation thresholds")
    func loco() throws {
        try data.writeImage(1, to: "bag/train/good/000.png")
        for name in ["good/000", "logical_anomalies/000", "logical_anomalies/001"] {
            try data.writeImage(2, to: "bag/test/\(name).png")
        }
        for name in ["000/000", "000/001", "001/000"] {
            try data.writeMask(to: "bag/ground_truth/logical_anomalies/\(name).png")
        }
        try write(
            #"[{"defect_name":"a","pixel_value":255,"saturation_threshold":0.5,"relative_saturation":true}]"#,
            to: "bag/defects_config.json")
        let category = try DatasetScan.scan(
            .mvtec(root: ManifestPath(data.path, relativeTo: "/"), categories: .all), jobName: "job")[0]
        let first = "ground_truth/logical_anomalies/000/"
        #expect(category.images.map(\.masks.count) == [0, 2, 1, 0])
        #expect(category.images[1].masks.map(\.file) == [first + "000.png", first + "001.png"])
        #expect(category.images.map { $0.saturations?.count ?? 0 } == [0, 1, 1, 0])
        #expect(category.unusedMasks.withoutImage.isEmpty)
    }

    @Test("A saturation area is a share of the region or a number of pixels, at most the region's")
    func saturation() throws {
        func pixels(_ threshold: Double, _ isRelative: Bool, of area: Int) -> Int {
            RegionSaturation(pixelValue: 1, threshold: threshold, isRelative: isRelative).pixels(ofRegion: area)
        }
        #expect(pixels(0.5, true, of: 101) == 50)
        #expect(pixels(2000, false, of: 10000) == 2000)
        #expect(pixels(2000, false, of: 100) == 100)
        #expect(pixels(0.001, true, of: 100) == 1)
        #expect(pixels(1e308, true, of: 100) == 100 && pixels(1e308, false, of: 100) == 100)
    }

    @Test(
        "Saturation thresholds that cannot be right are an error",
        arguments: [
            "{}", "[]", "[{}]", #"[{"pixel_value":0,"saturation_threshold":1,"relative_saturation":true}]"#,
            #"[{"pixel_value":1,"saturation_threshold":0,"relative_saturation":true}]"#,
            #"[{"pixel_value":1,"saturation_threshold":1}]"#,
            #"[{"pixel_value":1,"saturation_threshold":1,"relative_saturation":true},{"pixel_value":1,"saturation_threshold":1,"relative_saturation":true}]"#,
        ])
    func hostileSaturation(_ text: String) throws {
        try write(text, to: "breakfast/defects_config.json")
        #expect(throws: DatasetError.self) { try RegionSaturation.table(of: "breakfast", in: NamedFolder(data.path)) }
    }
}
