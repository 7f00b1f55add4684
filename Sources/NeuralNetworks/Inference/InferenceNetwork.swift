import Tensors

/// The feature map of an image at a tap, channel-major.
public struct FeatureMap: Sendable, Equatable {
    public var shape: FeatureShape
    public var values: [Float]
}

/// An inference graph that is ready to run on images of any size.
///
/// One worker computes a whole image, so results depend neither on the number of threads nor on the rest of the batch.
/// Not safe for concurrent use.
public final class InferenceNetwork {
    public let graph: InferenceGraph
    /// The taps whose feature maps `run` returns, in this order.
    public let taps: [InferenceGraph.Tap]
    public let engine: NetworkEngine.Kind
    private let pool: WorkerPool
    private let needed: [Bool]
    private let makePlan: (InferenceRequest) throws -> any InferencePlan
    private var plans: [(height: Int, width: Int, plan: any InferencePlan)] = []
    /// Plans are kept for the most recent sizes. Each holds its own memory.
    private static let keptPlans = 4

    /// - Parameters:
    ///   - names: The names of the taps to compute; nil for all taps. Nodes that they do not need are skipped.
    ///   - threads: The number of images computed at the same time.
    /// - Throws: `InferenceError` and `TensorError`.
    public init(
        _ graph: InferenceGraph, taps names: [String]? = nil, engine: NetworkEngine.Kind = .onednn, threads: Int
    ) throws {
        try graph.check()
        taps = try graph.taps(named: names)
        needed = graph.isNeeded(for: taps.map(\.value))
        (self.graph, self.engine) = (graph, engine)
        pool = WorkerPool(workerCount: threads)
        switch engine {
        case .onednn:
            let library = try OneDNNLibrary(streamCount: max(1, threads))
            makePlan = { try OneDNNInferencePlan($0, library) }
        case .openblas:
            try OpenBLAS.load()
            makePlan = { OpenBLASInferencePlan($0) }
        }
    }

    deinit { pool.stop() }

    /// Returns the shapes of the feature maps for one image size.
    ///
    /// - Throws: `InferenceError`.
    public func shapes(height: Int, width: Int) throws(InferenceError) -> [FeatureShape] {
        let shapes = try graph.shapes(height: height, width: width, needed: needed)
        return taps.compactMap { shapes[$0.value] }
    }

    /// Returns the feature maps of each image, in the order of `taps`.
    ///
    /// - Parameter images: Channel-major values of 0 to 1, all of the same size.
    /// - Throws: `InferenceError`, and `TensorError` if a library rejects a layer.
    public func run(_ images: [[Float]], height: Int, width: Int) throws -> [[FeatureMap]] {
        let plan = try plan(height: height, width: width)
        let expected = graph.scaling.channels * height * width
        if let wrong = images.first(where: { $0.count != expected }) {
            throw InferenceError.wrongImage(values: wrong.count, expected: expected)
        }
        try plan.prepare(workers: min(pool.workerCount, images.count))
        var results = [[FeatureMap]](repeating: [], count: images.count)
        results.withUnsafeMutableBufferPointer { results in
            // Each piece writes its own element.
            let first = results.baseAddress
            pool.run(images.count) { number, worker in first![number] = plan.run(images[number], worker: worker) }
        }
        return results
    }

    /// The kernels of each node at the most recent size, for reports.
    public var kernelNames: [(node: String, kernel: String)] { plans.last?.plan.kernelNames ?? [] }

    /// Starts or stops measuring the time of each node.
    public func measureNodes(_ measures: Bool) { for entry in plans { entry.plan.measures = measures } }
    /// Seconds per measured node at the most recent size, summed over all workers.
    public var nodeSeconds: [(node: String, seconds: Double)] { plans.last?.plan.nodeSeconds ?? [] }

    private func plan(height: Int, width: Int) throws -> any InferencePlan {
        if let known = plans.first(where: { $0.height == height && $0.width == width }) { return known.plan }
        let plan = try makePlan(
            InferenceRequest(
                graph: graph, needed: needed,
                shapes: graph.shapes(height: height, width: width, needed: needed),
                tapped: taps.map(\.value), workerCount: pool.workerCount))
        if plans.count == Self.keptPlans { plans.removeFirst() }
        plans.append((height, width, plan))
        return plan
    }
}

/// The graph, image size and taps that a plan is made for.
struct InferenceRequest {
    var graph: InferenceGraph
    var needed: [Bool]
    /// The shape of each value; nil if the value is not needed.
    var shapes: [FeatureShape?]
    /// The values to return.
    var tapped: [Int]
    var workerCount: Int

    /// For each value the last node that reads it; -1 if there is none, and the number of nodes if the value is tapped.
    var lastUses: [Int] {
        var last = [Int](repeating: -1, count: graph.nodes.count + 1)
        for (number, node) in graph.nodes.enumerated() where needed[number] {
            for input in node.inputs { last[input] = number }
        }
        for value in tapped { last[value] = graph.nodes.count }
        return last
    }

    /// Writes the scaled image to the input of the first node.
    static func scale(
        _ image: [Float], _ scaling: InferenceGraph.InputScaling, to target: UnsafeMutablePointer<Float>
    ) {
        let pixels = image.count / scaling.channels
        image.withUnsafeBufferPointer { image in
            guard let source = image.baseAddress else { return }
            for channel in 0..<scaling.channels {
                let (mean, factor) = (scaling.mean[channel], 1 / scaling.deviation[channel])
                for index in channel * pixels..<(channel + 1) * pixels {
                    target[index] = (source[index] - mean) * factor
                }
            }
        }
    }

    /// Returns the map of a tapped value, which `body` fills in.
    func map(of value: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> FeatureMap {
        let shape = shapes[value]!
        return FeatureMap(
            shape: shape,
            values: [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
                body(buffer.baseAddress!)
                count = shape.count
            })
    }
}

/// A graph prepared for images of one size.
protocol InferencePlan: AnyObject {
    /// Allocates the memory of the first `workers` workers.
    func prepare(workers: Int) throws
    func run(_ image: [Float], worker: Int) -> [FeatureMap]
    var kernelNames: [(node: String, kernel: String)] { get }
    var measures: Bool { get set }
    var nodeSeconds: [(node: String, seconds: Double)] { get }
}
