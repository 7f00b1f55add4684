import Imaging
import StrictJSON

/// A COCO file of instances: polygons, run lengths, or boxes where there is no segmentation.
///
/// Source: "Data format" of the COCO data set, and the COCO API.
struct CocoAnnotations {
    private(set) var entries: [AnnotationSet.Entry] = []
    private let file: String

    init(_ value: JSONValue, _ file: String) throws(DatasetError) {
        self.file = file
        guard let images = value["images"]?.elements, let annotations = value["annotations"]?.elements else {
            throw fault("images and annotations are missing", "it is not a COCO file of instances")
        }
        var names: [String: String] = [:]
        for category in value["categories"]?.elements ?? [] {
            if let id = Self.identifier(category["id"]), let name = category["name"]?.string { names[id] = name }
        }
        var places: [String: Int] = [:]
        for (number, image) in images.enumerated() {
            guard let id = Self.identifier(image["id"]), let name = image["file_name"]?.string else {
                throw fault("image \(number) has no id or file_name")
            }
            guard places.updateValue(entries.count, forKey: id) == nil else {
                throw fault("two images have the id \(id)")
            }
            entries.append(
                AnnotationSet.Entry(
                    file: name,
                    regions: ImageRegions(
                        width: image["width"]?.integer, height: image["height"]?.integer, shapes: [])))
        }
        for (number, annotation) in annotations.enumerated() {
            guard let id = Self.identifier(annotation["image_id"]), let place = places[id] else {
                throw fault("annotation \(number) is for an image that the file does not list")
            }
            guard let category = Self.identifier(annotation["category_id"]), let label = names[category] else {
                throw fault("annotation \(number) has a category that the file does not list")
            }
            let isBox = try add(annotation, label, to: place, number)
            if isBox { entries[place].isCoarse = true }
        }
    }

    /// - Returns: true for a box without a segmentation.
    private mutating func add(
        _ annotation: JSONValue, _ label: String, to place: Int, _ number: Int
    ) throws(DatasetError) -> Bool {
        let segmentation = annotation["segmentation"]
        if let polygons = segmentation?.elements, !polygons.isEmpty {
            for polygon in polygons {
                guard let corners = polygon.elements?.compactMap(\.double), corners.count == polygon.elements?.count,
                    corners.count >= 6, corners.count % 2 == 0
                else { throw fault("a polygon of annotation \(number) is not a list of at least three corners") }
                entries[place].add(.polygon(corners, .coco), label)
            }
            return false
        }
        if let counts = segmentation?["counts"] {
            let runs =
                counts.string.map { ImageRegions.columnRuns(compressed: $0) }
                ?? counts.elements.flatMap { elements in
                    let runs = elements.compactMap(\.integer)
                    return runs.count == elements.count && runs.allSatisfy { $0 >= 0 } ? runs : nil
                }
            let size = segmentation?["size"]?.elements?.compactMap(\.integer) ?? []
            guard let runs, size.count == 2 else { throw fault("the run lengths of annotation \(number) are invalid") }
            let regions = entries[place].regions
            guard regions.width ?? size[1] == size[1], regions.height ?? size[0] == size[0] else {
                throw fault("annotation \(number) is for \(size[1]) x \(size[0]) pixels, unlike its image")
            }
            (entries[place].regions.width, entries[place].regions.height) = (size[1], size[0])
            entries[place].add(.columnRuns(runs), label)
            return false
        }
        guard let box = annotation["bbox"]?.elements?.compactMap(\.double), box.count == 4 else {
            throw fault("annotation \(number) has neither a segmentation nor a bbox")
        }
        entries[place].add(.polygon(ImageRegions.corners(of: box), .coco), label, isCoarse: true)
        return true
    }

    private static func identifier(_ value: JSONValue?) -> String? {
        value?.integer.map { "\($0)" } ?? value?.string
    }

    private func fault(_ fault: String, _ remedy: String = "correct it, or export it again") -> DatasetError {
        .annotations(file: file, fault: fault, remedy: remedy)
    }
}

extension ImageRegions {
    /// 360 points of an ellipse given by its middle and radii, turned clockwise around its middle. For a radius of
    /// 5,000 pixels, the lines between them are at most 0.2 pixels inside.
    static func corners(ofEllipse ellipse: [Double], turnedBy degrees: Double) -> [Double] {
        let (sine, cosine) = sineAndCosine(degrees)
        return (0..<360).flatMap { degree in
            let (up, right) = sineAndCosine(Double(degree))
            let (x, y) = (ellipse[2] * right, ellipse[3] * up)
            return [ellipse[0] + x * cosine - y * sine, ellipse[1] + x * sine + y * cosine]
        }
    }

    /// The corners of a box given by left, top, width and height, as the COCO API takes them, turned clockwise around
    /// its upper left corner.
    static func corners(of box: [Double], turnedBy degrees: Double = 0) -> [Double] {
        let (left, top, width, height) = (box[0], box[1], box[2], box[3])
        let outline = [(0, 0), (0, height), (width, height), (width, 0)]
        if degrees == 0 { return outline.flatMap { [left + $0.0, top + $0.1] } }
        let (sine, cosine) = sineAndCosine(degrees)
        return outline.flatMap { x, y in [left + x * cosine - y * sine, top + x * sine + y * cosine] }
    }
}
