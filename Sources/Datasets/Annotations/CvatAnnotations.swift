import Foundation
import Imaging

/// An export of CVAT in the format "CVAT for images 1.1": polygons, boxes, ellipses and masks.
///
/// Source: "XML annotation format" in the manual of CVAT.
enum CvatAnnotations {
    static func entries(_ root: XMLElement, _ file: String) throws(DatasetError) -> [AnnotationSet.Entry] {
        func fault(_ fault: String, _ remedy: String = "correct it in CVAT") -> DatasetError {
            .annotations(file: file, fault: fault, remedy: remedy)
        }
        guard root.name == "annotations" else {
            throw fault("its root is <\(root.name)>, not <annotations>", "export it as \"CVAT for images 1.1\"")
        }
        guard !root.children.contains(where: { $0.name == "track" }) else {
            throw fault("it holds tracks of a video", "export it as \"CVAT for images 1.1\"")
        }
        var entries: [AnnotationSet.Entry] = []
        for image in root.children where image.name == "image" {
            guard let name = image.attributes["name"] else { throw fault("an <image> has no name") }
            var entry = AnnotationSet.Entry(
                file: name,
                regions: ImageRegions(
                    width: image.attributes["width"].flatMap { Int($0) },
                    height: image.attributes["height"].flatMap { Int($0) }, shapes: []))
            for shape in image.children where shape.name != "tag" {
                guard let label = shape.attributes["label"], let (region, isBox) = region(shape) else {
                    throw fault(
                        "\(name): a <\(shape.name)> that is not a valid polygon, box, ellipse or mask",
                        "draw it as a polygon, box, ellipse or mask")
                }
                entry.add(region, label, isCoarse: isBox)
            }
            entries.append(entry)
        }
        return entries
    }

    private static func region(_ shape: XMLElement) -> (ImageRegions.Shape, isBox: Bool)? {
        func number(_ name: String) -> Double? { shape.attributes[name].flatMap { Double($0) } }
        func whole(_ name: String) -> Int? { shape.attributes[name].flatMap { Int($0) } }
        switch shape.name {
        case "polygon":
            var corners: [Double] = []
            for pair in (shape.attributes["points"] ?? "").split(separator: ";") {
                let numbers = pair.split(separator: ",").compactMap { Double($0) }
                guard numbers.count == 2 else { return nil }
                corners += numbers
            }
            return corners.count >= 6 ? (.polygon(corners, .coco), false) : nil
        case "box":
            guard let left = number("xtl"), let top = number("ytl"), let right = number("xbr"),
                let bottom = number("ybr")
            else { return nil }
            let turn = number("rotation") ?? 0
            guard abs(turn) <= 360 else { return nil }
            return (.polygon(turned(left, top, right, bottom, turn), .coco), true)
        case "ellipse":
            let sides = ["cx", "cy", "rx", "ry"].compactMap(number)
            let turn = number("rotation") ?? 0
            guard sides.count == 4, abs(turn) <= 360 else { return nil }
            return (.polygon(ImageRegions.corners(ofEllipse: sides, turnedBy: turn), .coco), false)
        case "mask":
            guard let left = whole("left"), let top = whole("top"), let width = whole("width"),
                let height = whole("height"), let text = shape.attributes["rle"], (1...100_000).contains(width),
                (1...100_000).contains(height), (-100_000...100_000).contains(left), (-100_000...100_000).contains(top)
            else { return nil }
            let parts = text.split(separator: ",")
            let runs = parts.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
            guard runs.count == parts.count, runs.allSatisfy({ $0 >= 0 }) else { return nil }
            return (.rowRuns(left: left, top: top, width: width, height: height, runs: runs), false)
        default: return nil
        }
    }

    /// The corners of a box that is turned clockwise around its middle.
    private static func turned(
        _ left: Double, _ top: Double, _ right: Double, _ bottom: Double, _ degrees: Double
    ) -> [Double] {
        let box = [left, top, right - left, bottom - top]
        if degrees == 0 { return ImageRegions.corners(of: box) }
        let (sine, cosine) = ImageRegions.sineAndCosine(degrees)
        let (x, y) = ((left + right) / 2, (top + bottom) / 2)
        return [(left, top), (left, bottom), (right, bottom), (right, top)].flatMap { corner in
            let (across, down) = (corner.0 - x, corner.1 - y)
            return [x + across * cosine - down * sine, y + across * sine + down * cosine]
        }
    }
}

extension ImageRegions {
    /// Sine and cosine of an angle; exact for right angles.
    static func sineAndCosine(_ degrees: Double) -> (sine: Double, cosine: Double) {
        switch degrees {
        case 90, -270: return (1, 0)
        case 180, -180: return (0, -1)
        case 270, -90: return (-1, 0)
        case 360, -360: return (0, 1)
        default:
            // Rounded, as the last digits depend on the library.
            let angle = degrees * .pi / 180
            func rounded(_ value: Double) -> Double { (value * 1e12).rounded() / 1e12 }
            return (rounded(sin(angle)), rounded(cos(angle)))
        }
    }
}
