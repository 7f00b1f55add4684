import Host
import Tensors

/// Measures an inference network on random images in memory.
public struct InferenceBenchmark: Sendable {
    public struct Result: Sendable, Codable {
        public var engine: String
        public var taps: [String]
        public var size, batch, threads: Int
        /// From the median of the rounds.
        public var imagesPerSecond: Double
        /// CPU time of all threads over all measured rounds.
        public var cpuSecondsPerImage: Double
        /// Peak memory of the process.
        public var peakMiB: Int
        /// Milliseconds per image of each node, in descending order.
        public var nodes: [Node]
    }

    public struct Node: Sendable, Codable {
        public var name: String
        public var milliseconds: Double
        public var kernels: [String]
    }

    public var size, batch, rounds, threads: Int
    public var engine: NetworkEngine.Kind
    public var taps: [String]?

    public init(
        size: Int, batch: Int, rounds: Int, threads: Int, engine: NetworkEngine.Kind = .onednn, taps: [String]? = nil
    ) {
        (self.size, self.batch, self.rounds, self.threads) = (size, batch, rounds, threads)
        (self.engine, self.taps) = (engine, taps)
    }

    /// Runs the benchmark.
    ///
    /// - Throws: `InferenceError` and `TensorError`.
    public func run(_ graph: InferenceGraph) throws -> Result {
        let network = try InferenceNetwork(graph, taps: taps, engine: engine, threads: threads)
        let images = EngineBenchmark.randomImages(batch, valueCount: graph.scaling.channels * size * size)
        func round() throws { _ = try network.run(images, height: size, width: size) }
        try round()
        var seconds: [Double] = []
        let start = HostClock.processorSeconds()
        for _ in 0..<rounds {
            let begin = HostClock.monotonicSeconds()
            try round()
            seconds.append(HostClock.monotonicSeconds() - begin)
        }
        let spent = HostClock.processorSeconds() - start
        network.measureNodes(true)
        try round()
        let kernels = Dictionary(grouping: network.kernelNames, by: \.node).mapValues { $0.map(\.kernel) }
        let nodes = network.nodeSeconds.map {
            Node(
                name: $0.node, milliseconds: rounded($0.seconds * 1000 / Double(batch)),
                kernels: kernels[$0.node] ?? [])
        }
        return Result(
            engine: engine.rawValue, taps: network.taps.map(\.name), size: size, batch: batch, threads: threads,
            imagesPerSecond: rounded(Double(batch) / seconds.sorted()[seconds.count / 2]),
            cpuSecondsPerImage: rounded(spent / Double(batch * rounds)), peakMiB: ProcessResources.peakMiB ?? 0,
            nodes: nodes.sorted { ($1.milliseconds, $0.name) < ($0.milliseconds, $1.name) })
    }

    private func rounded(_ value: Double) -> Double { (value * 100_000).rounded() / 100_000 }
}
