import AnomalyDetection
import ContentStore
import Pipeline

/// A memory of the features of normal patches, from a pretrained network.
package enum MemoryKind: DetectorKind {
    package static let name = "memory"
    package static let explanation =
        "It compares each patch of an image with the nearest normal patches, by features of a pretrained network."
    package static let pictureLabel = "Nearest normal patches"
    /// Training images are in the memory, so they score lower than new ones.
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let memory = try MemoryPayload(bytes: payload.bytes, name: "\(context.task) detector")
        return try memory.source.withExtractor(payload.engine, context) {
            try $0.require(dimensions: memory.dimensions, payload.grid, context)
            return try body(try MemoryDetector(memory, $0, grid: payload.grid, threads: context.threads))
        }
    }

    package static func backbone(of payload: [UInt8], name: String) throws -> Digest? {
        try MemoryPayload(bytes: payload, name: name).source.backbone
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let memory = try MemoryPayload(bytes: payload, name: name)
        return memory.source.facts + [
            DetectorFact(label: "Points", value: "\(memory.count)"),
            DetectorFact(label: "Dimensions", value: "\(memory.dimensions)"),
            DetectorFact(label: "Density", value: memory.density.rawValue),
            DetectorFact(label: "Start", value: memory.extended.map { "the model \($0.startedFrom.hex)" } ?? "empty"),
        ] + (memory.extended.map { [DetectorFact(label: "New images", value: $0.words)] } ?? [])
    }

    package static func images(of payload: [UInt8], name: String) throws -> [Digest] {
        try MemoryPayload(bytes: payload, name: name).images
    }
}
