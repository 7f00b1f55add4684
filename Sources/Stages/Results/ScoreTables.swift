import Folders
import Imaging

/// The tables of scored images and of their regions: `scores.json`, `scores.csv`, `regions.csv`, and `regions.json`, a
/// COCO file of instances that annotation tools open.
package enum ScoreTables {
    package static let names = ["scores.json", "scores.csv", "regions.csv", "regions.json"]

    package static let regionsHeader =
        "category,kind,image,verdict,region,left,top,width,height,area,areaSquareMillimetres,centroidX,centroidY,peak,"
        + "peakX,peakY,mean,pixelThreshold"

    /// The contents of the files in the order of `names`.
    package static func files(_ rows: [ScoreRow]) throws -> [(name: String, bytes: [UInt8])] {
        func table(_ lines: [String]) -> [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }
        return [
            (names[0], try StageJSON.pretty(rows)), (names[1], table([ScoreRow.header] + rows.map(\.line))),
            (names[2], table([regionsHeader] + rows.flatMap(\.regionLines))),
            (names[3], try StageJSON.pretty(CocoRegions(rows))),
        ]
    }
}

extension ScoreRow {
    /// The lines of `regions.csv`. Regions count from 1.
    var regionLines: [String] {
        regions.enumerated().map { number, region in
            [
                PathText.cell(category), PathText.cell(kind), PathText.cell(image), verdict, "\(number + 1)",
                "\(region.left)", "\(region.top)", "\(region.width)", "\(region.height)", "\(region.area)",
                region.areaSquareMillimetres.map { "\($0)" } ?? "", "\(region.centroidX)", "\(region.centroidY)",
                "\(region.peak)", "\(region.peakX)", "\(region.peakY)", "\(region.mean)", "\(pixelThreshold)",
            ].map(ScoreRow.quoted).joined(separator: ",")
        }
    }
}

/// Regions in the COCO data format of instances. Images and regions count from 1 in the order of the scores.
struct CocoRegions: Encodable {
    /// The name of the only category of objects.
    static let label = "anomaly"

    private struct Image: Encodable {
        var id: Int
        var file_name: String
        var width, height: Int
    }

    private struct Annotation: Encodable {
        struct Segmentation: Encodable {
            /// Height and width of the image.
            var size: [Int]
            var counts: String
        }

        /// Keys beyond the format, which tools show or ignore.
        struct Attributes: Encodable {
            var peak, mean: Float
            var centroidX, centroidY: Double
            var areaSquareMillimetres: Double?
        }

        var id, image_id: Int
        var category_id = 1
        /// Left, top, width and height.
        var bbox: [Int]
        var area: Int
        var iscrowd = 0
        var segmentation: Segmentation
        var attributes: Attributes
    }

    private struct Category: Encodable {
        var id = 1
        var name = CocoRegions.label
    }

    private var images: [Image] = []
    private var annotations: [Annotation] = []
    private var categories = [Category()]

    /// Names of images begin with their category if there are several.
    init(_ rows: [ScoreRow]) {
        let hasCategories = Set(rows.map(\.category)).count > 1
        for (number, row) in rows.enumerated() {
            images.append(
                Image(
                    id: number + 1, file_name: PathText.exact((hasCategories ? row.category + "/" : "") + row.image),
                    width: row.width, height: row.height))
            for region in row.regions {
                annotations.append(
                    Annotation(
                        id: annotations.count + 1, image_id: number + 1,
                        bbox: [region.left, region.top, region.width, region.height], area: region.area,
                        segmentation: Annotation.Segmentation(size: [row.height, row.width], counts: region.counts),
                        attributes: Annotation.Attributes(
                            peak: region.peak, mean: region.mean, centroidX: region.centroidX,
                            centroidY: region.centroidY, areaSquareMillimetres: region.areaSquareMillimetres)))
            }
        }
    }
}
