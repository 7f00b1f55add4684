import Datasets
import Foundation
import Imaging
import Manifests

extension FuzzedParser {
    static let annotations = DatasetSection.GroundTruth.Format.allCases.map(annotation)

    /// Whatever is read has to be fillable within the image.
    private static func annotation(_ format: DatasetSection.GroundTruth.Format) -> FuzzedParser {
        FuzzedParser(
            name: "annotations-" + format.rawValue.lowercased(),
            words: [
                "segmentation", "counts", "size", "bbox", "points", "polygon", "rectangle", "rle", "brushlabels",
                "<mask ",
                "<!DOCTYPE", "<![CDATA[", "&#x41;", "rotation", "1e308", "-0", "999999999",
            ],
            seeds: { seeds(format).map { Array($0.utf8) } }
        ) { _ in
            { bytes in
                for entry in try AnnotationSet.entries(bytes, format, "input") {
                    let mask = entry.regions.mask(width: 9, height: 7)
                    guard mask.values.count == 63, mask.values.allSatisfy({ $0 < 2 }) else {
                        fatalError("a mask of other values")
                    }
                }
            }
        }
    }

    private static func seeds(_ format: DatasetSection.GroundTruth.Format) -> [String] {
        switch format {
        case .coco:
            [
                #"{"images":[{"id":1,"file_name":"a.png","width":9,"height":7}],"categories":[{"id":1,"name":"x"}],"#
                    + #""annotations":[{"image_id":1,"category_id":1,"segmentation":[[1,1,4,1,4,3]]},"#
                    + #"{"image_id":1,"category_id":1,"segmentation":{"size":[7,9],"counts":[0,1,62]}},"#
                    + #"{"image_id":1,"category_id":1,"segmentation":{"size":[7,9],"counts":"e001"}},"#
                    + #"{"image_id":1,"category_id":1,"bbox":[0,0,2,1]}]}"#
            ]
        case .labelme:
            [
                #"{"imagePath":"a.png","imageWidth":9,"imageHeight":7,"shapes":[{"label":"x","points":[[1,1],[4,1],[4,3]],"#
                    + #""shape_type":"polygon"},{"label":"y","points":[[5.9,3.2],[4.1,2]],"shape_type":"rectangle"}]}"#,
                #"{"imagePath":"a.png","shapes":[{"label":"x","points":[[4,3],[5,5]],"shape_type":"circle"},"#
                    + #"{"label":"y","points":[[1,1],[7,3],[2,6]],"shape_type":"linestrip"},"#
                    + #"{"label":"z","points":[[4,3]],"shape_type":"point"}]}"#,
                #"{"imagePath":"a.png","shapes":[{"label":"x","points":[[1,1],[2,3]],"shape_type":"mask","mask":""#
                    + Data(Mask(width: 2, height: 3, values: [1, 0, 0, 1, 1, 1]).pngBytes()).base64EncodedString()
                    + #""}]}"#,
            ]
        case .labelStudio:
            [
                #"[{"data":{"image":"/data/upload/3/0a1b2c3d-a.png"},"annotations":[{"result":[{"type":"polygonlabels","#
                    + #""original_width":9,"original_height":7,"value":{"points":[[10,10],[50,10],[50,50]]}},"#
                    + #"{"type":"rectanglelabels","original_width":9,"original_height":7,"value":{"x":0,"y":0,"width":20,"#
                    + #""height":5,"rotation":30}},{"type":"brushlabels","original_width":1,"original_height":1,"#
                    + #""value":{"rle":[0,0,0,4,57,27,252,71,248]}}]}]}]"#,
                #"[{"data":{"image":"a.png"},"annotations":[{"result":[{"type":"ellipselabels","original_width":9,"#
                    + #""original_height":7,"value":{"x":40,"y":50,"radiusX":30,"radiusY":12.5,"rotation":30}}]}]}]"#,
            ]
        case .cvat:
            [
                #"<?xml version="1.0"?><annotations><image name="a.png" width="9" height="7"><polygon label="x" "#
                    + #"points="1.00,1.00;4.00,1.00;4.00,3.00"/><box label="y" xtl="0" ytl="0" xbr="2" ybr="1" "#
                    + #"rotation="12"/><ellipse label="e" cx="4" cy="3" rx="3" ry="2" rotation="7"/><mask label="z" rle="1, 2, 3" left="1" top="1" width="3" height="2"/></image>"#
                    + "</annotations>"
            ]
        case .voc:
            [
                "<annotation><filename>a.png</filename><size><width>9</width><height>7</height></size><object>"
                    + "<name>x</name><bndbox><xmin>2</xmin><ymin>1</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>"
                    + "</annotation>"
            ]
        }
    }
}
