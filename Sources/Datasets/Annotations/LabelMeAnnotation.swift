import Imaging
import StrictJSON

/// A LabelMe file: the polygons and rectangles of one image.
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
            case let type:
                throw fault(
                    "shape \(number), \"\(label)\", is a \(type) of \(points.count) points",
                    "draw it as a polygon or rectangle")
            }
        }
        return entry
    }
}
