import DatasetTestSupport
import Datasets
import Foundation
import Imaging
import Manifests
import Testing

/// Annotations of each tool. How polygons are filled is tested in ImageRegionsTests.
@Suite struct AnnotationSetTests {
    typealias Format = DatasetSection.GroundTruth.Format

    private static let coco = #"""
        {"images": [{"id": 1, "file_name": "a.png", "width": 6, "height": 4}, {"id": 2, "file_name": "sub/b.png"},
          {"id": "x", "file_name": "c.png"}],
         "categories": [{"id": 1, "name": "scratch"}, {"id": 3, "name": "hole"}],
         "annotations": [
          {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]},
          {"id": 2, "image_id": 1, "category_id": 3, "segmentation": {"size": [4, 6], "counts": [0, 1, 23]}},
          {"id": 3, "image_id": 1, "category_id": 3, "segmentation": {"size": [4, 6], "counts": "e001"}},
          {"id": 4, "image_id": "x", "category_id": 1, "segmentation": [], "bbox": [0, 0, 2, 1]}]}
        """#
    private static let labelme = #"""
        {"version": "5.2.1", "flags": {}, "imagePath": "..\\images\\a.png", "imageWidth": 6, "imageHeight": 4,
         "imageData": null, "shapes": [
          {"label": "scratch", "points": [[1, 1], [4, 1], [4, 3]], "shape_type": "polygon", "group_id": null},
          {"label": "hole", "points": [[5.9, 3.2], [4.1, 2]], "shape_type": "rectangle"}]}
        """#
    private static let labelStudio = #"""
        [{"id": 1, "data": {"image": "/data/upload/3/0a1b2c3d-part%201.png"}, "annotations": [
           {"was_cancelled": true, "result": [{"type": "ellipselabels", "value": {}}]},
           {"was_cancelled": false, "result": [
            {"type": "choices", "value": {"choices": ["bad"]}},
            {"type": "polygonlabels", "original_width": 10, "original_height": 20,
             "value": {"points": [[10, 10], [50, 10], [50, 50]], "polygonlabels": ["scratch"]}},
            {"type": "rectanglelabels", "original_width": 10, "original_height": 20,
             "value": {"x": 0, "y": 0, "width": 20, "height": 5, "rotation": 0, "rectanglelabels": ["hole"]}}]}]},
         {"id": 2, "data": {"image": "s3://bucket/b.png"}, "annotations": [{"result": []}]},
         {"id": 3, "data": {"image": "/data/local-files/?d=set/c.png"}, "annotations": []}]
        """#
    private static let cvat = #"""
        <?xml version="1.0" encoding="utf-8"?>
        <annotations><version>1.1</version><meta><job/></meta><!-- <image name="x"/> -->
          <image id="0" name="a &amp; b.png" width="6" height="4">
            <polygon label="scratch" source="manual" points="1.00,1.00;4.00,1.00;4.00,3.00" z_order="0"></polygon>
            <box label="hole" xtl="0" ytl="0" xbr="2" ybr="1"><attribute name="kind">&#x64;eep</attribute></box>
            <mask label="stain" rle="1, 2, 3" left="1" top="1" width="3" height="2"/>
            <tag label="seen"/>
          </image>
          <image id="1" name="b.png" width="6" height="4"/>
        </annotations>
        """#
    private static let voc = """
        <annotation><filename>a.png</filename><size><width>6</width><height>4</height><depth>3</depth></size>
        <object><name>hole</name><difficult>0</difficult>
        <bndbox><xmin>2</xmin><ymin>1</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>
        """

    @Test("Circles, points, lines and masks of LabelMe have the meaning of its shape_to_mask")
    func labelMeShapes() throws {
        let mask = Mask(width: 2, height: 3, values: [1, 0, 0, 1, 1, 1])
        let shapes = [
            #"{"label": "a", "points": [[10, 10], [13, 14]], "shape_type": "circle"}"#,
            #"{"label": "a", "points": [[10, 10]], "shape_type": "point"}"#,
            #"{"label": "a", "points": [[1, 1], [9, 1]], "shape_type": "line"}"#,
            #"{"label": "a", "points": [[1, 1], [9, 1], [9, 9]], "shape_type": "linestrip"}"#,
            #"{"label": "a", "points": [[4, 5], [5, 7]], "shape_type": "mask", "mask": "\#(Data(mask.pngBytes()).base64EncodedString())"}"#,
        ].map { #"{"imagePath": "a.png", "shapes": [\#($0)]}"# }
        func found(_ number: Int) throws -> [ImageRegions.Shape] {
            try entries(shapes[number], .labelme)[0].regions.shapes
        }
        #expect(try found(0) == [.ellipse(left: 5, top: 5, right: 15, bottom: 15)])
        #expect(try found(1) == [.ellipse(left: 5, top: 5, right: 15, bottom: 15)])
        #expect(try found(2) == ImageRegions.line([1, 1, 9, 1], width: 10))
        #expect(try found(3).count == 2)
        let drawn = ImageRegions(shapes: try found(4)).mask(width: 8, height: 9)
        #expect(drawn.area == mask.area && drawn.values[5 * 8 + 4] == 1 && drawn.values[5 * 8 + 5] == 0)
    }

    @Test(
        "A mask of LabelMe that is not a PNG of its box, and a huge circle, are errors",
        arguments: [
            (
                #""points": [[4, 5], [5, 7]], "shape_type": "mask", "mask": "AAAA""#,
                "is not a PNG of the size of its box"
            ),
            (#""points": [[4, 5], [5, 7]], "shape_type": "mask""#, "is not a PNG of the size of its box"),
            (#""points": [[0, 0], [900000, 0]], "shape_type": "circle""#, "a diameter beyond"),
        ])
    func hostileShapes(_ members: String, _ fault: String) {
        let error = #expect(throws: DatasetError.self) {
            try entries(#"{"imagePath": "a.png", "shapes": [{"label": "a", \#(members)}]}"#, .labelme)
        }
        #expect(error?.description.contains(fault) == true, "\(error?.description ?? "")")
    }

    @Test("Ellipses of Label Studio and CVAT hold the pixels whose middles lie in them, but for their edge")
    func ellipses() throws {
        let studio = #"""
            [{"data": {"image": "a.png"}, "annotations": [{"result": [{"type": "ellipselabels", "original_width": 100,
              "original_height": 80, "value": {"x": 40, "y": 50, "radiusX": 30, "radiusY": 12.5, "rotation": 30,
              "ellipselabels": ["hole"]}}]}]}]
            """#
        let cvat = #"""
            <annotations><image name="a.png" width="100" height="80">
            <ellipse label="hole" cx="40" cy="40" rx="30" ry="10" rotation="30"/></image></annotations>
            """#
        let masks = try [(studio, Format.labelStudio), (cvat, .cvat)].map {
            try entries($0, $1)[0].regions.mask(width: 100, height: 80)
        }
        #expect(masks[0] == masks[1])
        let (sine, cosine) = (0.5, 0.75.squareRoot())
        for y in 0..<80 {
            for x in 0..<100 {
                let (across, down) = (Double(x) + 0.5 - 40, Double(y) + 0.5 - 40)
                let (along, beside) = (across * cosine + down * sine, down * cosine - across * sine)
                let place = (along / 30) * (along / 30) + (beside / 10) * (beside / 10)
                if place < 0.8 { #expect(masks[0].values[y * 100 + x] == 1, "\(x) \(y)") }
                if place > 1.25 { #expect(masks[0].values[y * 100 + x] == 0, "\(x) \(y)") }
            }
        }
    }

    private func entries(_ text: String, _ format: Format) throws -> [AnnotationSet.Entry] {
        try AnnotationSet.entries(Array(text.utf8), format, "file")
    }

    @Test("COCO files give polygons, run lengths and boxes")
    func coco() throws {
        let entries = try entries(Self.coco, .coco)
        #expect(entries.map(\.file) == ["a.png", "sub/b.png", "c.png"])
        #expect(entries.map(\.labels) == [["scratch", "hole", "hole"], [], ["scratch"]])
        #expect(entries.map(\.isCoarse) == [false, false, true])
        #expect(
            entries[0].regions
                == ImageRegions(
                    width: 6, height: 4,
                    shapes: [
                        .polygon([1, 1, 4, 1, 4, 3, 1, 3], .coco), .columnRuns([0, 1, 23]), .columnRuns([21, 0, 1]),
                    ]))
        #expect(entries[2].regions.shapes == [.polygon([0, 0, 0, 1, 2, 1, 2, 0], .coco)])
    }

    @Test("LabelMe files give polygons and rectangles of the image that they name")
    func labelme() throws {
        let entry = try #require(try entries(Self.labelme, .labelme).first)
        #expect(entry.file == "a.png" && entry.labels == ["scratch", "hole"] && entry.isCoarse)
        #expect(
            entry.regions
                == ImageRegions(
                    width: 6, height: 4,
                    shapes: [.polygon([1, 1, 4, 1, 4, 3], .pillow), .rectangle(left: 4, top: 2, right: 5, bottom: 3)]))
    }

    @Test("Label Studio's percentages become pixels; cancelled and missing annotations do not count")
    func labelStudio() throws {
        let entries = try entries(Self.labelStudio, .labelStudio)
        #expect(entries.map(\.file) == ["part 1.png", "b.png"])
        #expect(entries[0].labels == ["scratch", "hole"] && entries[0].isCoarse)
        #expect(
            entries[0].regions
                == ImageRegions(
                    width: 10, height: 20,
                    shapes: [
                        .polygon([1, 2, 5, 2, 5, 10], .coco), .polygon([0, 0, 0, 1, 2, 1, 2, 0], .coco),
                    ]))
        #expect(entries[1].regions.shapes.isEmpty)
    }

    @Test(
        "Label Studio names files by paths, addresses and the query of local files",
        arguments: [
            ("/data/upload/3/0a1b2c3d-a.png", "a.png"), ("/data/local-files/?d=set/a=b.png", "a=b.png"),
            ("s3://lots/lot=7_001.png", "lot=7_001.png"), ("https://host/a.png?X-Sig=abc&Expires=1", "a.png"),
            ("/data/local-files/?d=set/c%20d.png", "c d.png"), ("a.png", "a.png"),
        ])
    func labelStudioNames(address: String, file: String) throws {
        let text = #"[{"data": {"image": "\#(address)"}, "annotations": [{"result": []}]}]"#
        #expect(try entries(text, .labelStudio).map(\.file) == [file])
    }

    /// The bytes are those of `encode_rle` of the Label Studio converter for [0, 0, 1, 1, 1, 0] with each value four
    /// times.
    @Test("Brushes of Label Studio are decoded")
    func brush() throws {
        let rle = Self.brushBytes([0, 0, 1, 1, 1, 0])
        let text = """
            [{"data": {"image": "a.png"}, "annotations": [{"result": [{"type": "brushlabels", "original_width": 3,
            "original_height": 2, "value": {"format": "rle", "rle": \(rle), "brushlabels": ["stain"]}}]}]}]
            """
        let entry = try #require(try entries(text, .labelStudio).first)
        #expect(entry.regions.mask(width: 3, height: 2).values == [0, 0, 1, 1, 1, 0])
    }

    /// Run lengths with words of 8 bits and sizes of 3, 4, 8 and 16 bits; each pixel is a run of four equal values.
    private static func brushBytes(_ pixels: [Int]) -> [UInt8] {
        func bits(_ value: Int, _ count: Int) -> [Int] { (0..<count).reversed().map { value >> $0 & 1 } }
        var stream = bits(4 * pixels.count, 32) + bits(7, 5) + [2, 3, 7, 15].flatMap { bits($0, 4) }
        for pixel in pixels { stream += [1] + bits(0, 2) + bits(3, 3) + bits(pixel * 255, 8) }
        stream += [Int](repeating: 0, count: 8 - stream.count % 8)
        return stride(from: 0, to: stream.count, by: 8).map { start in
            UInt8(stream[start..<(start + 8)].reduce(0) { $0 << 1 | $1 })
        }
    }

    @Test("CVAT files give polygons, boxes and masks")
    func cvat() throws {
        let entries = try entries(Self.cvat, .cvat)
        #expect(entries.map(\.file) == ["a & b.png", "b.png"])
        #expect(entries[0].labels == ["scratch", "hole", "stain"] && entries[0].isCoarse)
        #expect(
            entries[0].regions.shapes == [
                .polygon([1, 1, 4, 1, 4, 3], .coco), .polygon([0, 0, 0, 1, 2, 1, 2, 0], .coco),
                .rowRuns(left: 1, top: 1, width: 3, height: 2, runs: [1, 2, 3]),
            ])
        #expect(entries[1].regions.shapes.isEmpty && !entries[1].isCoarse)
    }

    private struct ConvertedMasks: Decodable {
        var text: String
        var width, height: Int
        /// The runs of zeros and ones along the rows.
        var masks: [String: [Int]]
    }

    @Test("Masks of CVAT files are those of its converter")
    func converter() throws {
        // Fixtures/make_cvat.py
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/cvat.json")
        let known = try JSONDecoder().decode(ConvertedMasks.self, from: Data(contentsOf: file))
        let entries = try entries(known.text, .cvat)
        #expect(entries.count == known.masks.count && entries.count > 20)
        for entry in entries {
            let runs = try #require(known.masks[entry.file])
            let expected = runs.enumerated().flatMap { [UInt8](repeating: UInt8($0 % 2), count: $1) }
            #expect(
                entry.regions.mask(width: known.width, height: known.height).values == expected, "\(entry.file)")
        }
    }

    @Test("Boxes of Pascal VOC count pixels from 1")
    func voc() throws {
        let entry = try #require(try entries(Self.voc, .voc).first)
        #expect(entry.regions.shapes == [.rectangle(left: 1, top: 0, right: 2, bottom: 3)])
        #expect(entry.regions.mask(width: 6, height: 4).area == 8)
    }

    @Test("A box that is turned by a right angle has exact corners")
    func turned() throws {
        let text = #"""
            <annotations><image name="a"><box label="x" xtl="2" ytl="4" xbr="6" ybr="6" rotation="90"/></image></annotations>
            """#
        #expect(try entries(text, .cvat)[0].regions.shapes == [.polygon([5, 3, 3, 3, 3, 7, 5, 7], .coco)])
    }

    @Test(
        "Faults name their place and a remedy",
        arguments: [
            (Format.coco, "{}", "images and annotations are missing"), (.coco, "[", "1:2"),
            (.coco, #"{"images": [{"id": 1}], "annotations": []}"#, "image 0 has no id or file_name"),
            (
                .coco, #"{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 2}]}"#,
                "annotation 0 is for an image"
            ),
            (
                .coco,
                #"{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "category_id": 7}]}"#,
                "category that the file does not list"
            ),
            (
                .coco,
                #"{"images": [{"id": 1, "file_name": "a"}], "categories": [{"id": 7, "name": "x"}], "annotations": [{"image_id": 1, "category_id": 7, "segmentation": [[1, 2, 3, 4]]}]}"#,
                "three corners"
            ),
            (
                .coco,
                #"{"images": [{"id": 1, "file_name": "a"}], "categories": [{"id": 7, "name": "x"}], "annotations": [{"image_id": 1, "category_id": 7, "segmentation": [[1, 2, 3, 4, 1e9, 5]]}]}"#,
                "coordinate beyond 200000"
            ),
            (.labelme, "[]", "imagePath are missing"),
            (
                .labelme,
                #"{"imagePath": "a", "shapes": [{"label": "x", "points": [[1, 1], [2, 2], [3, 3]], "shape_type": "circle"}]}"#,
                "is a circle of 3 points; draw it as a polygon"
            ),
            (.labelStudio, "{}", "not a list of tasks"),
            (.labelStudio, #"[{"data": {"text": "a"}}]"#, "names no image"),
            (
                .labelStudio,
                #"[{"data": {"image": "a"}, "annotations": [{"result": [{"type": "ellipselabels", "value": {}, "original_width": 1, "original_height": 1}]}]}]"#,
                "an ellipse without x, y, radiusX or radiusY"
            ),
            (
                .labelStudio,
                #"[{"data": {"image": "a"}, "annotations": [{"result": [{"type": "brushlabels", "value": {"rle": [255, 255, 255, 255]}, "original_width": 9, "original_height": 9}]}]}]"#,
                "invalid run lengths"
            ),
            (.cvat, "<annotations>", "never closed"), (.cvat, "<x/>", "root is <x>"),
            (.cvat, "<annotations><track/></annotations>", "tracks of a video"),
            (
                .cvat, #"<annotations><image name="a"><points label="x" points="1,2"/></image></annotations>"#,
                "<points>"
            ),
            (
                .cvat,
                #"<annotations><image name="a"><mask label="x" rle="1" left="-9223372036854775808" top="0" width="1" height="1"/></image></annotations>"#,
                "<mask>"
            ),
            (.cvat, #"<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]><annotations/>"#, "document type"),
            (.cvat, "<annotations>&b;</annotations>", "unknown reference"), (.cvat, "<a></b>", "does not match"),
            (.cvat, "<a b=\"1\" b=\"2\"/>", "twice"), (.cvat, "", "expected an element"),
            (.cvat, String(repeating: "<a>", count: 70), "nested"), (.cvat, "<a/><b/>", "after the root"),
            (.voc, "<annotation/>", "<filename> is missing"),
            (.voc, "<annotation><filename>a</filename><object/></annotation>", "no complete <bndbox>"),
        ] as [(Format, String, String)])
    func faults(format: Format, text: String, words: String) {
        #expect { try entries(text, format) } throws: { "\($0)".contains(words) && "\($0)".hasPrefix("file: ") }
    }
}

/// Labels of images from annotations.
@Suite struct AnnotationMatchingTests {
    private let data: TinyDataSet

    init() throws {
        data = try TinyDataSet()
        for number in 0..<4 { try data.writeImage(number, to: "normal/n\(number).png") }
        for name in ["a", "b", "c", "cam1/d", "cam2/d"] { try data.writeImage(9, to: "new/\(name).png") }
    }

    private func category(_ coco: String) throws -> SourceCategory {
        try data.write(Array(coco.utf8), to: "labels.json")
        func path(_ name: String) -> ManifestPath { ManifestPath(name, relativeTo: data.path) }
        return try DatasetScan.scan(
            .folder(normal: path("normal"), score: path("new")), jobName: "parts",
            groundTruth: .init(format: .coco, file: path("labels.json")))[0]
    }

    private func coco(_ images: [String], annotated: [Int]) -> String {
        let list = images.enumerated().map { #"{"id": \#($0), "file_name": "\#($1)"}"# }.joined(separator: ", ")
        let regions = annotated.map { #"{"image_id": \#($0), "category_id": 1, "bbox": [1, 1, 3, 3]}"# }
        return
            #"{"images": [\#(list)], "categories": [{"id": 1, "name": "hole"}], "annotations": [\#(regions.joined(separator: ", "))]}"#
    }

    @Test("Images with regions are defects, listed ones without are normal, and others are not labelled")
    func labels() throws {
        let category = try category(coco(["a.png", "new/b.png", "cam1/d.png", "n2.png"], annotated: [0, 2, 3]))
        let labels = Dictionary(
            uniqueKeysWithValues: category.images.map { ($0.file, ($0.isAnomalous, $0.kind, $0.split)) })
        #expect(labels["test/a.png"]! == (true, "hole", .test))
        #expect(labels["test/b.png"]! == (false, "good", .test))
        #expect(labels["test/c.png"]!.0 == nil)
        #expect(labels["test/cam1/d.png"]!.0 == true && labels["test/cam2/d.png"]!.0 == nil)
        // A defect among the normal images is not trained on.
        #expect(labels["test/n2.png"]! == (true, "hole", .test))
        #expect(category.images.count { $0.split == .train } == 3)
        #expect(category.images.count { $0.regions != nil } == 3)
        #expect(
            category.maskWarnings == [
                "parts: 2 images are not in the annotations, and count as unlabelled: test/c.png, test/cam2/d.png",
                "parts: 3 images have boxes as regions: pixel metrics count all of a box as the defect: test/a.png, "
                    + "test/cam1/d.png, test/n2.png",
            ])
    }

    @Test("Names of no image and of several are told")
    func missing() throws {
        let warnings = try category(coco(["x.png", "d.png"], annotated: [0])).maskWarnings
        #expect(warnings[0] == "parts: 1 annotated image is not there: x.png")
        #expect(
            warnings[1].hasPrefix("parts: 1 annotated image has the name of several files, and is not used: d.png."))
    }

    @Test("Two entries for one image are refused")
    func twice() throws {
        #expect { try category(coco(["a.png", "other/a.png"], annotated: [])) } throws: {
            "\($0)".contains("a.png and other/a.png are both for test/a.png")
        }
    }

    @Test("A missing file is told with the manifest's key")
    func noFile() throws {
        func path(_ name: String) -> ManifestPath { ManifestPath(name, relativeTo: data.path) }
        #expect {
            try DatasetScan.scan(
                .folder(normal: path("normal"), score: nil), jobName: "parts",
                groundTruth: .init(format: .coco, file: path("none.json")))
        } throws: { "\($0)".contains("none.json: no such file") }
    }

    @Test("Files of each tool are recognised by their contents, in and beside the folder of images")
    func finder() throws {
        try data.write(Array(coco(["a.png"], annotated: []).utf8), to: "annotations/instances.json")
        try data.write(Array(#"{"shapes": [], "imagePath": "a.png"}"#.utf8), to: "new/a.json")
        try data.write(Array("<annotations/>".utf8), to: "new/labels.XML")
        try data.write(Array(#"{"shapes": 3}"#.utf8), to: "new/other.json")
        let found = AnnotationFinder.near(ManifestPath("new", relativeTo: data.path))
        #expect(found.map(\.format) == [.labelme, .cvat, .coco])
        #expect(
            found.map { String($0.file.absolute.dropFirst(data.path.count)) } == [
                "/new", "/new/labels.XML", "/annotations/instances.json",
            ])
        #expect(try AnnotationFinder.groundTruth(ManifestPath("new", relativeTo: data.path)).format == .labelme)
        #expect(throws: DatasetError.self) {
            try AnnotationFinder.groundTruth(ManifestPath("new/other.json", relativeTo: data.path))
        }
    }
}
