import Folders
import Foundation
import Imaging
import StrictJSON

/// An export of Label Studio in its own JSON: polygons, rectangles, ellipses and brushes.
///
/// Coordinates are percentages of the image. Of several annotations of a task, the first counts that is marked as
/// ground truth, or else the first that was not cancelled. A task without annotations is not labelled.
///
/// Source: "Label Studio JSON format of annotated tasks", and the run lengths of `rle-pack` that brushes have.
enum LabelStudioAnnotations {
    static func entries(_ value: JSONValue, _ file: String) throws(DatasetError) -> [AnnotationSet.Entry] {
        guard let tasks = value.elements else {
            throw .annotations(
                file: file, fault: "it is not a list of tasks", remedy: "export it from Label Studio as JSON")
        }
        var entries: [AnnotationSet.Entry] = []
        for (number, task) in tasks.enumerated() {
            guard let address = imageAddress(task["data"]) else {
                throw .annotations(
                    file: file, fault: "task \(number) names no image", remedy: "export tasks with data.image")
            }
            let finished = (task["annotations"]?.elements ?? []).filter { $0["was_cancelled"]?.bool != true }
            guard let annotation = finished.first(where: { $0["ground_truth"]?.bool == true }) ?? finished.first else {
                continue
            }
            var entry = AnnotationSet.Entry(file: name(address), regions: ImageRegions(shapes: []))
            for (place, result) in (annotation["result"]?.elements ?? []).enumerated() {
                guard let fault = add(result, to: &entry) else { continue }
                throw .annotations(
                    file: file, fault: "result \(place) of task \(number): \(fault)",
                    remedy: "mark regions as polygons, rectangles, ellipses or brushes")
            }
            entries.append(entry)
        }
        return entries
    }

    private static func imageAddress(_ data: JSONValue?) -> String? {
        data?["image"]?.string
            ?? data?.members?.compactMap(\.value.string).first { FolderWalk.isImage($0) }
    }

    /// The name of the file, without the folder and the eight digits that Label Studio puts in front of uploads.
    private static func name(_ address: String) -> String {
        // A local file is named by the query, as in /data/local-files/?d=lot/001.png; other queries sign an address.
        let parts = address.split(separator: "?", maxSplits: 1).map(String.init)
        let local = parts.last.flatMap { $0.hasPrefix("d=") && parts.count == 2 ? String($0.dropFirst(2)) : nil }
        let path = local ?? parts.first ?? address
        let last = path.split(separator: "/").last.map(String.init) ?? path
        let name = last.removingPercentEncoding ?? last
        let file = name.split(separator: "/").last.map(String.init) ?? name
        let uploaded = file.split(separator: "-", maxSplits: 1)
        guard address.contains("/upload/"), uploaded.count == 2, uploaded[0].count == 8,
            uploaded[0].allSatisfy(\.isHexDigit)
        else { return file }
        return String(uploaded[1])
    }

    /// - Returns: the fault of a result that cannot be used; nil also for results that are not regions.
    private static func add(_ result: JSONValue, to entry: inout AnnotationSet.Entry) -> String? {
        guard let type = result["type"]?.string, let value = result["value"] else { return "no type or value" }
        let shapeTypes: Set = [
            "polygonlabels", "polygon", "rectanglelabels", "rectangle", "brushlabels", "brush", "ellipselabels",
            "ellipse", "keypointlabels", "keypoint", "vectorlabels", "vector", "bitmasklabels",
        ]
        guard shapeTypes.contains(type) else { return nil }  // a choice, a text
        guard let width = result["original_width"]?.integer, let height = result["original_height"]?.integer,
            (1...100_000).contains(width), (1...100_000).contains(height)
        else { return "no original_width or original_height" }
        guard entry.regions.width ?? width == width, entry.regions.height ?? height == height else {
            return "another size of the image than before"
        }
        (entry.regions.width, entry.regions.height) = (width, height)
        let label = value[type]?.elements?.first?.string ?? value["labels"]?.elements?.first?.string ?? "region"
        func pixels(_ percent: Double, _ side: Int) -> Double { percent / 100 * Double(side) }
        if type.hasPrefix("polygon") {
            var corners: [Double] = []
            for point in value["points"]?.elements ?? [] {
                guard let pair = point.elements?.compactMap(\.double), pair.count == 2 else {
                    return "an invalid point"
                }
                corners += [pixels(pair[0], width), pixels(pair[1], height)]
            }
            guard corners.count >= 6 else { return "a polygon of \(corners.count / 2) corners" }
            entry.add(.polygon(corners, .coco), label)
        } else if type.hasPrefix("rectangle") {
            let names = ["x", "y", "width", "height"]
            let numbers = names.compactMap { value[$0]?.double }
            guard numbers.count == 4 else { return "a rectangle without x, y, width or height" }
            let box = numbers.enumerated().map { pixels($1, $0 % 2 == 0 ? width : height) }
            let turn = value["rotation"]?.double ?? 0
            guard abs(turn) <= 360 else { return "a rotation of \(turn) degrees" }
            entry.add(.polygon(ImageRegions.corners(of: box, turnedBy: turn), .coco), label, isCoarse: true)
        } else if type.hasPrefix("ellipse") {
            let numbers = ["x", "y", "radiusX", "radiusY"].compactMap { value[$0]?.double }
            guard numbers.count == 4 else { return "an ellipse without x, y, radiusX or radiusY" }
            let ellipse = numbers.enumerated().map { pixels($1, $0 % 2 == 0 ? width : height) }
            let turn = value["rotation"]?.double ?? 0
            guard abs(turn) <= 360 else { return "a rotation of \(turn) degrees" }
            entry.add(.polygon(ImageRegions.corners(ofEllipse: ellipse, turnedBy: turn), .coco), label)
        } else if type.hasPrefix("brush") {
            let bytes = (value["rle"]?.elements ?? []).compactMap { $0.integer.flatMap { UInt8(exactly: $0) } }
            guard bytes.count == value["rle"]?.elements?.count,
                let runs = BrushRuns(bytes, pixels: width * height)?.runs
            else { return "invalid run lengths" }
            entry.add(.rowRuns(left: 0, top: 0, width: width, height: height, runs: runs), label)
        } else {
            return "a region of the type \(type)"
        }
        return nil
    }
}

/// The run lengths of a brush: four values of a pixel in turn, of which the last one is opaque where the brush was.
private struct BrushRuns {
    /// Runs outside and inside in turn, along the rows.
    private(set) var runs = [0]
    private var isInside = false
    private let bytes: [UInt8]
    private var position = 0

    /// - Returns: nil for data that ends early or is for another number of pixels.
    init?(_ bytes: [UInt8], pixels: Int) {
        self.bytes = bytes
        guard let count = read(32), count == 4 * pixels, let wordBits = read(5).map({ $0 + 1 }) else { return nil }
        var sizes: [Int] = []
        for _ in 0..<4 {
            guard let size = read(4) else { return nil }
            sizes.append(size + 1)
        }
        var place = 0
        while place < count {
            guard let isRun = read(1), let size = read(2), let length = read(sizes[size]) else { return nil }
            let end = min(count, place + 1 + length)
            if isRun == 1 {
                guard let value = read(wordBits) else { return nil }
                add(from: place, to: end, value)
            } else {
                for index in place..<end {
                    guard let value = read(wordBits) else { return nil }
                    add(from: index, to: index + 1, value)
                }
            }
            place = end
        }
    }

    /// Adds the pixels whose fourth value is among some equal values.
    private mutating func add(from start: Int, to end: Int, _ value: Int) {
        let pixels = end / 4 - start / 4
        guard pixels > 0 else { return }
        if isInside != (value > 0) {
            runs.append(0)
            isInside.toggle()
        }
        runs[runs.count - 1] += pixels
    }

    private mutating func read(_ count: Int) -> Int? {
        guard position + count <= 8 * bytes.count else { return nil }
        var value = 0
        for _ in 0..<count {
            value = value << 1 | Int(bytes[position / 8] >> UInt8(7 - position % 8) & 1)
            position += 1
        }
        return value
    }
}
