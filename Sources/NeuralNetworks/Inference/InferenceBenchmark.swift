import Glibc
import SeededRandom
import Tensors

/// Times an inference network on random images in memory.
public struct InferenceBenchmark: Sendable {
    public struct Result: Sendable, Codable {
        public var engine: String
        public var taps: [String]
        public var size, batch, threads: Int
        /// By the median of the rounds.
        public var imagesPerSecond: Double
        /// Of all threads, over all measured rounds.
        public var cpuSecondsPerImage: Double
        /// Of the process.
        public var peakMiB: Int
        /// Milliseconds of one image by node, the longest first.
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

    /// Throws `InferenceError` and `TensorError`.
    public func run(_ graph: InferenceGraph) throws -> Result {
        let network = try InferenceNetwork(graph, taps: taps, engine: engine, threads: threads)
        let images = (0..<batch).map { sample in
            var generator = SeededGenerator(seed: 0, stream: "benchmark", UInt64(sample))
            return (0..<graph.scaling.channels * size * size).map { _ in generator.uniform() }
        }
        func round() throws { _ = try network.run(images, height: size, width: size) }
        try round()
        var seconds: [Double] = []
        let start = Self.cpuSeconds
        for _ in 0..<rounds {
            let begin = LayerProfile.now
            try round()
            seconds.append(LayerProfile.now - begin)
        }
        let spent = Self.cpuSeconds - start
        network.measureNodes(true)
        try round()
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let kernels = Dictionary(grouping: network.kernelNames, by: \.node).mapValues { $0.map(\.kernel) }
        let nodes = network.nodeSeconds.map {
            Node(
                name: $0.node, milliseconds: rounded($0.seconds * 1000 / Double(batch)),
                kernels: kernels[$0.node] ?? [])
        }
        return Result(
            engine: engine.rawValue, taps: network.taps.map(\.name), size: size, batch: batch, threads: threads,
            imagesPerSecond: rounded(Double(batch) / seconds.sorted()[seconds.count / 2]),
            cpuSecondsPerImage: rounded(spent / Double(batch * rounds)), peakMiB: Int(usage.ru_maxrss) / 1024,
            nodes: nodes.sorted { ($1.milliseconds, $0.name) < ($0.milliseconds, $1.name) })
    }

    private func rounded(_ value: Double) -> Double { (value * 100_000).rounded() / 100_000 }

    private static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
