import DatasetTestSupport
import Datasets
import Folders
import Imaging
import Manifests
import Testing

@testable import Jobs

@Suite("Published data sets, looked at by init")
struct PublishedSurveyTests {
    private let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    /// A data set by its files; `NAME*COUNT` stands for COUNT files with a number after NAME.
    struct Shape: Sendable, CustomTestStringConvertible {
        var title: String
        var images: [String]
        var masks: [String] = []
        var texts: [String: String] = [:]
        /// Training images, normal, anomalous and unlabelled test images, and images with masks, over all categories.
        var counts: [Int]
        /// True if masks without labelled pixels beside normal images decide on the labels.
        var emptyMasks: [String] = []

        var testDescription: String { title }
    }

    private static let realIad =
        #"{"meta":{"normal_class":"OK","prefix":"fuse/"},"train":["#
        + (0..<4).map { #"{"anomaly_class":"OK","image_path":"OK/S0001/\#($0).png","mask_path":null}"# }.joined(
            separator: ",")
        + #"],"test":[{"anomaly_class":"OK","image_path":"OK/S0002/0.png"},"#
        + #"{"anomaly_class":"BX","image_path":"NG/BX/S0003/0.png","mask_path":"NG/BX/S0003/0_mask.png"}]}"#

    static let shapes = [
        Shape(
            title: "VisA, as published",
            images: ["candle/Data/Images/Normal/*5", "candle/Data/Images/Anomaly/*1"],
            masks: ["candle/Data/Masks/Anomaly/0.png"],
            texts: [
                "split_csv/1cls.csv": "object,split,label,image,mask\n"
                    + (0..<5).map {
                        "candle,\($0 < 4 ? "train" : "test"),normal,candle/Data/Images/Normal/\($0).png,\n"
                    }.joined()
                    + "candle,test,anomaly,candle/Data/Images/Anomaly/0.png,candle/Data/Masks/Anomaly/0.png\n"
            ], counts: [4, 1, 1, 0, 1]),
        Shape(
            title: "Real-IAD, as published",
            images: [
                "realiad_256/fuse/OK/S0001/*4", "realiad_256/fuse/OK/S0002/*1", "realiad_256/fuse/NG/BX/S0003/*1",
            ],
            masks: ["realiad_256/fuse/NG/BX/S0003/0_mask.png"], texts: ["realiad_jsons/fuse.json": realIad],
            counts: [4, 1, 1, 0, 1]),
        Shape(
            title: "Kolektor SDD2, as published", images: ["train/*4", "test/*2"], masks: ["test/1_GT.png"],
            counts: [4, 1, 1, 0, 1], emptyMasks: ["train/0", "train/1", "train/2", "train/3", "test/0"]),
        Shape(
            title: "the AITEX fabric database, as published",
            images: ["NODefect_images/a/0001_000_0*4", "Defect_images/0044_019_0*1"],
            masks: ["Mask_images/0044_019_00_mask1.png", "Mask_images/0044_019_00_mask2.png"], counts: [4, 0, 1, 0, 1]),
        Shape(
            title: "BTAD", images: ["01/train/ok/*4", "01/test/ok/*2", "01/test/ko/*1"],
            masks: ["01/ground_truth/ko/0.png"], counts: [4, 2, 1, 0, 1]),
        Shape(
            title: "MVTec LOCO AD",
            images: [
                "bag/train/good/*4", "bag/validation/good/*1", "bag/test/good/*1", "bag/test/logical_anomalies/*1",
                "bag/test/structural_anomalies/*1",
            ],
            masks: [
                "bag/ground_truth/logical_anomalies/0/000.png", "bag/ground_truth/logical_anomalies/0/001.png",
                "bag/ground_truth/structural_anomalies/0/000.png",
            ],
            texts: [
                "bag/defects_config.json":
                    #"[{"defect_name":"a","pixel_value":255,"saturation_threshold":0.5,"relative_saturation":true}]"#
            ], counts: [4, 1, 2, 0, 2]),
        Shape(
            title: "MVTec 3D-AD",
            images: [
                "bagel/train/good/rgb/*4", "bagel/train/good/xyz/*4", "bagel/test/good/rgb/*1",
                "bagel/test/good/xyz/*1", "bagel/test/crack/rgb/*1", "bagel/test/crack/xyz/*1",
            ], masks: ["bagel/test/good/gt/0.png", "bagel/test/crack/gt/0.png"], counts: [4, 1, 1, 0, 1]),
        Shape(
            title: "MVTec AD 2",
            images: [
                "can/train/good/*4", "can/validation/good/*1", "can/test_public/good/*1", "can/test_public/bad/*1",
                "can/test_private/*2", "can/test_private_mixed/*3",
            ], masks: ["can/test_public/ground_truth/bad/0_mask.png"], counts: [4, 1, 1, 5, 1]),
        Shape(
            title: "3CAD",
            images: ["Copper_Stator/train/good/*4", "Copper_Stator/test/good/*1", "Copper_Stator/test/dent/*1"],
            masks: ["Copper_Stator/ground_truth/dent/0.png"], counts: [4, 1, 1, 0, 1]),
        Shape(
            title: "VisA, arranged",
            images: ["pcb1/train/good/*4", "pcb1/test/good/*1", "pcb1/test/bad/*1"],
            masks: ["pcb1/ground_truth/bad/0.png"], counts: [4, 1, 1, 0, 1]),
        Shape(
            title: "PIPED", images: ["PA_BFT01_TL/NoDefects/*10", "PA_BFT01_TL/Defects/*2"],
            masks: ["PA_BFT01_TL/Defects/GroundTruth/0.png", "PA_BFT01_TL/Defects/GroundTruth/1.png"],
            counts: [8, 2, 2, 0, 2]),
    ]

    @Test("are named, and their manifest finds the images, labels and masks", arguments: shapes)
    func shape(_ shape: Shape) throws {
        for (number, entry) in shape.images.enumerated() {
            let parts = entry.split(separator: "*")
            for index in 0..<(try #require(Int(parts[1]))) {
                try data.writeImage(16 * number + index, to: "set/\(parts[0])\(index).png")
            }
        }
        for mask in shape.masks { try data.writeMask(to: "set/" + mask) }
        let empty = Mask(
            width: TinyDataSet.width, height: TinyDataSet.height,
            values: [UInt8](repeating: 0, count: TinyDataSet.width * TinyDataSet.height))
        for image in shape.emptyMasks { try data.write(empty.pngBytes(), to: "set/\(image)_GT.png") }
        for (name, text) in shape.texts { try data.write(Array(text.utf8), to: "set/" + name) }
        let survey = try FolderSurvey(data.path + "/set", score: nil)
        #expect(survey.findings.contains { $0.contains(shape.title) }, "\(survey.findings)")
        let text = survey.manifest(relativeTo: data.path)
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/job.json")
        let images = try DatasetScan.scan(
            manifest.dataset.layout, jobName: manifest.name, folders: manifest.dataset.folders,
            testFraction: manifest.dataset.testFraction
        ).flatMap(\.images)
        let test = images.filter { $0.split == .test }
        let labels = test.map(\.isAnomalous)
        let counts = [
            images.count - test.count, labels.count { $0 == false }, labels.count { $0 == true },
            labels.count { $0 == nil }, test.count { !$0.masks.isEmpty },
        ]
        #expect(counts == shape.counts)
    }
}
