import Backbones
import BinaryCoding
import ContentStore
import NeuralNetworks
import Pipeline
import Synchronization

/// Caches the pretrained network of the last task, as a chain of tasks uses the same one.
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

    private let last = Mutex<Kept?>(nil)

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
        let kept = last.withLock { last -> Kept? in
            defer { last = nil }
            return last
        }
        let extractor =
            if let kept, kept.order == order { kept.extractor } else {
                try PatchExtractor(
                    Backbone(bytes: try context.read("backbone"), name: "\(context.task) backbone").graph, taps: taps,
                    engine: engine.kind, threads: context.threads)
            }
        defer {
            let back = Kept(order: order, extractor: extractor)
            last.withLock { $0 = back }
        }
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
                "\(task) model", at: 0, what: "it needs the backbone \(digest.short), which the task was not given")
        }
    }
}
