import Backbones
import BinaryCoding
import ContentStore
import NeuralNetworks
import Pipeline
import Synchronization

/// Caches the pretrained networks of recent tasks, as a chain of tasks uses the same ones.
final class BackboneCache: SharedResource {
    private struct Order: Equatable {
        var backbone: Digest
        var taps: [String]
        var engine: EngineChoice
        var threads: Int
    }

    private struct Kept: @unchecked Sendable {
        var order: Order
        var extractor: PatchExtractor
    }

    /// The most recent last. A fusion uses one network for each member.
    private let kept = Mutex<[Kept]>([])
    private static let limit = 2

    init() {}

    /// Calls `body` with the extractor of the task's input `backbone`. No other task uses it meanwhile.
    ///
    /// - Throws: `FormatError` and `InferenceError` for an unsuitable backbone, and what `body` throws.
    func withExtractor<Result>(
        taps: [String], _ engine: EngineChoice, _ context: TaskContext, _ body: (PatchExtractor) throws -> Result
    ) throws -> Result {
        try engine.requireHere()
        let order = Order(
            backbone: context.inputDigest("backbone"), taps: taps, engine: engine, threads: context.threads)
        let known = kept.withLock { kept -> Kept? in
            kept.firstIndex { $0.order == order }.map { kept.remove(at: $0) }
        }
        let extractor =
            if let known {
                known.extractor
            } else {
                try PatchExtractor(
                    Backbone(bytes: try context.read("backbone"), name: "\(context.task) backbone").graph, taps: taps,
                    engine: engine.kind, threads: context.threads)
            }
        defer {
            let back = Kept(order: order, extractor: extractor)
            kept.withLock { kept in
                if kept.count == Self.limit { kept.removeFirst() }
                kept.append(back)
            }
        }
        extractor.task = "\(context.task)"
        return try body(extractor)
    }
}

extension TaskContext {
    /// Checks that the task was given the pretrained network of its detector.
    ///
    /// - Throws: `FormatError`.
    func requireBackbone(_ digest: Digest) throws {
        guard hasInput("backbone"), inputDigest("backbone") == digest else {
            throw FormatError.damaged(
                "\(task) model", what: "it needs the backbone \(digest.short), which the task was not given")
        }
    }
}

extension FeatureSource {
    /// Calls `body` with the extractor of these features, of the pretrained network that the detector was fitted with.
    ///
    /// - Throws: as `requireBackbone` and `BackboneCache.withExtractor`.
    func withExtractor<Result>(
        _ engine: EngineChoice, _ context: TaskContext, _ body: (PatchExtractor) throws -> Result
    ) throws -> Result {
        try context.requireBackbone(backbone)
        return try context.shared(BackboneCache.self).withExtractor(taps: taps, engine, context, body)
    }
}
