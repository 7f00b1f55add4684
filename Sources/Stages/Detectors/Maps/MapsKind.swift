import AnomalyDetection
import Imaging
import ONNX
import Pipeline
import Wording

/// Maps that another program wrote.
package enum MapsKind: DetectorKind {
    package static let name = "maps"
    package static let explanation =
        "Another program made the maps; it scores no other images."
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        try body(
            MapsDetector(
                try MapsPayload(bytes: payload.bytes, name: "\(context.task) detector"), task: "\(context.task)"))
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        [DetectorFact(label: "Maps", value: "\(try MapsPayload(bytes: payload, name: name).entries.count)")]
    }

    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        throw ModelGraphError.maps(request.name)
    }
}

/// Finds the maps of images by their pixels.
final class MapsDetector: Detector {
    private let entries: [String: MapsPayload.Entry]
    private let width, height: Int
    private let task: String

    init(_ payload: MapsPayload, task: String) {
        entries = Dictionary(payload.entries.map { ($0.image, $0) }) { first, _ in first }
        (width, height, self.task) = (payload.width, payload.height, task)
    }

    func maps(_ images: [PlanarImage]) throws -> [DetectorMap] {
        try images.map { image in
            guard let entry = entries[MapsPayload.identity(of: image)], (image.width, image.height) == (width, height)
            else { throw MapsFault.unknownImage(task: task, maps: entries.count) }
            return DetectorMap(
                map: FloatMap(width: width, height: height, values: entry.values), score: entry.score)
        }
    }
}

/// The reason why maps cannot serve as a detector.
enum MapsFault: Error, Equatable, CustomStringConvertible {
    case unknownImage(task: String, maps: Int)
    case missing(task: String, images: [String])
    case unreadable(task: String, file: String, reason: String)
    case twoMaps(task: String, first: String, second: String)
    case ambiguous(task: String, first: String, second: String)
    case scores(task: String, reason: String)

    var description: String {
        switch self {
        case .unknownImage(let task, let maps):
            "\(task): an image has no map: this detector is made of \(maps) maps that another program wrote, and scores no "
                + "other image; give the program itself (\"score\" in detector.external)"
        case .missing(let task, let images):
            "\(task): \(counted(images.count, "test or held-out image has", "test or held-out images have")) no map: "
                + images.listed(atMost: 5)
                + "; expected the same path with the ending .npy or .tiff in the folder \"maps\""
        case .unreadable(let task, let file, let reason): "\(task): \(file) is not a map: \(reason)"
        case .twoMaps(let task, let first, let second):
            "\(task): \(first) and \(second) are maps of the same image; remove one"
        case .ambiguous(let task, let first, let second):
            "\(task): \(first) and \(second) have the same pixels, but different maps; remove one of the images"
        case .scores(let task, let reason):
            "\(task): scores.json \(reason); expected an object with a finite number for each image, such as "
                + "{ \"test/good/000.png\": 0.25 }"
        }
    }
}
