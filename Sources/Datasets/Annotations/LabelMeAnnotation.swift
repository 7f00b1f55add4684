import Foundation
import Imaging
import StrictJSON

/// A LabelMe file: the polygons, rectangles, circles, lines, points and masks of one image.
///
/// Source: the files of LabelMe 5, and the meaning of its shapes in `labelme.utils.shape_to_mask`.
enum LabelMeAnnotation {
    static func entry(_ value: JSONValue, _ file: String) throws(DatasetError) -> AnnotationSet.Entry {
        func fault(_ fault: String, _ remedy: String = "correct it in LabelMe") -> DatasetError {
            .annotations(file: file, fault: fault, remedy: remedy)
        }
        guard let shapes = value["shapes"]?.elements, let path = value["imagePath"]?.string else {
            throw fault("shapes and imagePath are missing", "it is not a file of LabelMe")
        }
        // Windows writes backslashes; the folder of the image is relative to that of the file.
        let name = path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? path
        var entry = AnnotationSet.Entry(
            file: name,
            regions: ImageRegions(
                width: value["imageWidth"]?.integer, height: value["imageHeight"]?.integer, shapes: []))
        for (number, shape) in shapes.enumerated() {
            guard let label = shape["label"]?.string, let points = shape["points"]?.elements else {
                throw fault("shape \(number) has no label or points")
            }
            var corners: [Double] = []
            for point in points {
                guard let pair = point.elements?.compactMap(\.double), pair.count == 2,
                    pair.allSatisfy({ abs($0) < 1e6 })
                else { throw fault("shape \(number) has a point that is not a pair of numbers") }
                corners += pair
            }
            switch shape["shape_type"]?.string ?? "polygon" {
            case "polygon" where corners.count >= 6: entry.add(.polygon(corners, .pillow), label)
            case "rectangle" where corners.count >= 4:
                let (across, down) = (corners.indices.filter { $0 % 2 == 0 }, corners.indices.filter { $0 % 2 == 1 })
                let (xs, ys) = (across.map { Int(corners[$0]) }, down.map { Int(corners[$0]) })
                entry.add(
                    .rectangle(left: xs.min()!, top: ys.min()!, right: xs.max()!, bottom: ys.max()!), label,
                    isCoarse: true)
            case "circle" where corners.count == 4:
                let (across, down) = (corners[0] - corners[2], corners[1] - corners[3])
                entry.add(circle(corners[0], corners[1], (across * across + down * down).squareRoot()), label)
            case "point" where corners.count == 2: entry.add(circle(corners[0], corners[1], pointRadius), label)
            case "line" where corners.count == 4, "linestrip" where corners.count >= 4:
                for segment in ImageRegions.line(corners, width: lineWidth) { entry.add(segment, label) }
            case "mask" where corners.count == 4:
                guard let region = mask(shape["mask"]?.string, corners.map { Int($0) }) else {
                    throw fault("the mask of shape \(number), \"\(label)\", is not a PNG of the size of its box")
                }
                entry.add(region, label)
            case let type:
                throw fault(
                    "shape \(number), \"\(label)\", is a \(type) of \(points.count) points",
                    "draw it as a polygon, rectangle, circle, line, point or mask")
            }
        }
        return entry
    }

    /// The defaults of `shape_to_mask`, in pixels.
    private static let pointRadius = 5.0, lineWidth = 10

    private static func circle(_ x: Double, _ y: Double, _ radius: Double) -> ImageRegions.Shape {
        .ellipse(left: Int(x - radius), top: Int(y - radius), right: Int(x + radius), bottom: Int(y + radius))
    }

    /// The set pixels of a PNG in Base64, in a box given by two corners that belong to it; nil if it is not one.
    private static func mask(_ text: String?, _ box: [Int]) -> ImageRegions.Shape? {
        let (width, height) = (box[2] - box[0] + 1, box[3] - box[1] + 1)
        guard let data = text.flatMap({ Data(base64Encoded: $0) }), width > 0, height > 0,
            let info = try? ImageDecoder.probe(bytes: [UInt8](data), name: "mask.png"), info.format == .png,
            (info.width, info.height) == (width, height),
            let mask = try? Mask.decode(bytes: [UInt8](data), name: "mask.png")
        else { return nil }
        var runs = [0], isInside = false
        for value in mask.values {
            if isInside != (value != 0) {
                runs.append(0)
                isInside.toggle()
            }
            runs[runs.count - 1] += 1
        }
        return .rowRuns(left: box[0], top: box[1], width: width, height: height, runs: runs)
    }
}
