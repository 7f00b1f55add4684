import Tensors

/// What a network makes of an image at a tap: channel-major values.
public struct FeatureMap: Sendable, Equatable {
    public var shape: FeatureShape
    public var values: [Float]

    public init(shape: FeatureShape, values: [Float]) { (self.shape, self.values) = (shape, values) }
}

/// An inference graph that is ready to run, on images of any size.
///
/// Each image is done by one worker, so that results depend neither on the number of threads nor on what else is in a batch.
/// Not to be used by two threads at once.
public final class InferenceNetwork {
    public let graph: InferenceGraph
    /// What `run` gives, in this order.
    public let taps: [InferenceGraph.Tap]
    public let engine: NetworkEngine.Kind
    private let pool: WorkerPool
    private let needed: [Bool]
    private let makePlan: (InferencePlanning) throws -> any InferencePlan
    private var plans: [(height: Int, width: Int, plan: any InferencePlan)] = []
    /// Plans for the last few sizes are kept; each holds its own memory.
    private static let keptPlans = 4

    /// - Parameters:
    ///   - names: of the taps that are wanted; only what they need is computed. All where it is nil.
    ///   - threads: at most so many images at once.
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
            let library = try OneDNNLibrary(workerCount: max(1, threads))
            makePlan = { try OneDNNInferencePlan($0, library) }
        case .openblas:
            try OpenBLAS.load()
            makePlan = { PlainInferencePlan($0) }
        }
    }

    deinit { pool.stop() }

    /// The shapes of what `run` gives for images of a size. Throws `InferenceError`.
    public func shapes(height: Int, width: Int) throws(InferenceError) -> [FeatureShape] {
        let shapes = try graph.shapes(height: height, width: width, needed: needed)
        return taps.compactMap { shapes[$0.value] }
    }

    /// The feature maps of each image, in the order of `taps`.
    ///
    /// - Parameter images: channel-major values of 0 to 1, all of the same size.
    /// - Throws: `InferenceError`, and `TensorError` where a library refuses a layer.
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

    /// What the kernels of each node are called, for reports: those of the last size.
    public var kernelNames: [(node: String, kernel: String)] { plans.last?.plan.kernelNames ?? [] }

    /// Measures the time of each node from now on, or no longer.
    public func measureNodes(_ measures: Bool) { for entry in plans { entry.plan.measures = measures } }
    /// Seconds of each node that was measured, of all workers, at the last size.
    public var nodeSeconds: [(node: String, seconds: Double)] { plans.last?.plan.nodeSeconds ?? [] }

    private func plan(height: Int, width: Int) throws -> any InferencePlan {
        if let known = plans.first(where: { $0.height == height && $0.width == width }) { return known.plan }
        let plan = try makePlan(
            InferencePlanning(
                graph: graph, needed: needed,
                shapes: graph.shapes(height: height, width: width, needed: needed),
                tapped: taps.map(\.value), workerCount: pool.workerCount))
        if plans.count == Self.keptPlans { plans.removeFirst() }
        plans.append((height, width, plan))
        return plan
    }
}

/// What a plan is made of.
struct InferencePlanning {
    var graph: InferenceGraph
    var needed: [Bool]
    /// Of every needed value.
    var shapes: [FeatureShape?]
    /// Values to give out.
    var tapped: [Int]
    var workerCount: Int

    /// For every value the last node that reads it; -1 where none does, and the number of nodes where it is tapped.
    var lastUses: [Int] {
        var last = [Int](repeating: -1, count: graph.nodes.count + 1)
        for (number, node) in graph.nodes.enumerated() where needed[number] {
            for input in node.inputs { last[input] = number }
        }
        for value in tapped { last[value] = graph.nodes.count }
        return last
    }

    /// Writes the scaled image to where the first node reads it.
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

    /// The map of a tapped value, which `body` writes.
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

/// A graph made ready for images of one size.
protocol InferencePlan: AnyObject {
    /// Makes the memory of the first so many workers.
    func prepare(workers: Int) throws
    func run(_ image: [Float], worker: Int) -> [FeatureMap]
    var kernelNames: [(node: String, kernel: String)] { get }
    var measures: Bool { get set }
    var nodeSeconds: [(node: String, seconds: Double)] { get }
}
