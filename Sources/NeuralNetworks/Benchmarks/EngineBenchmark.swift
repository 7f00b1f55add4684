import Host
import SeededRandom
import Tensors

/// Measures training or scoring steps of a network on random images in memory.
public struct EngineBenchmark: Sendable {
    public enum Mode: String, Sendable, CaseIterable { case train, score }

    public struct Result: Sendable, Codable {
        public var mode, net, engine, precision: String
        public var base, size, batch, threads: Int
        /// Medians over the steps.
        public var imagesPerSecond, secondsPerStep: Double
        /// Peak memory of the process.
        public var peakMiB: Int
        /// Arithmetic rate of the network's convolutions, including padding and the backward pass (twice the forward
        /// pass).
        public var networkGFLOPS: Double
        /// Arithmetic rate of a large matrix product in the same process with the same number of threads.
        public var sgemmGFLOPS: Double
        public var share: Double
        /// Memory allocations per step by this program and by its libraries. Nil unless the program runs under
        /// `bench/count_allocations.c`.
        public var allocationsPerStep: Double?
        public var libraryAllocationsPerStep: Double?
        /// Milliseconds per image of each convolution.
        public var layers: [Layer]
    }

    public struct Layer: Sendable, Codable {
        public var name: String
        public var forward, dataGradient, weightGradient: Double
        public var kernels: [String]
    }

    public var mode: Mode
    public var architecture: NetworkArchitecture
    public var baseWidth, size, batch: Int
    public var precision: Precision
    public var engine: NetworkEngine.Kind
    public var steps, threads: Int

    public init(
        mode: Mode, architecture: NetworkArchitecture, baseWidth: Int, size: Int, batch: Int, precision: Precision,
        engine: NetworkEngine.Kind, steps: Int, threads: Int
    ) {
        (self.mode, self.architecture, self.baseWidth) = (mode, architecture, baseWidth)
        (self.size, self.batch, self.precision) = (size, batch, precision)
        (self.engine, self.steps, self.threads) = (engine, steps, threads)
    }

    public func run() throws -> Result {
        let network = architecture.description(baseWidth: baseWidth)
        let engine = try NetworkEngine(
            engine, network: network, height: size, width: size, purpose: mode == .train ? .training : .inference,
            precision: precision, threads: threads)
        let step = mode == .train ? try training(network, engine) : try scoring(network, engine)
        let clock = ContinuousClock()
        var seconds: [Double] = []
        seconds.reserveCapacity(steps)
        let allocations = AllocationCounter()
        for number in 0..<steps + 3 {
            if number == 3 { allocations?.reset() }
            let start = clock.now
            try step()
            if number >= 3 { seconds.append((clock.now - start) / .seconds(1)) }
        }
        let counted = allocations?.counts
        let peakMiB = ProcessResources.peakMiB ?? 0
        let median = seconds.sorted()[seconds.count / 2]
        let passes = mode == .train ? 3.0 : 1.0
        let gigaflops = network.forwardOperations(height: size, width: size) * passes * Double(batch) / median / 1e9
        let peak = try EngineBenchmark.matrixProductGFLOPS(threads: threads)
        engine.measureLayers(true)
        for _ in 0..<2 { try step() }
        let layers = zip(engine.layerTimes, engine.kernelNames).map { row, kernels in
            let milliseconds = row.seconds.map { rounded($0 * 1000 / Double(2 * batch)) }
            return Layer(
                name: row.convolution, forward: milliseconds[0], dataGradient: milliseconds[1],
                weightGradient: milliseconds[2], kernels: kernels.kernels)
        }
        return Result(
            mode: mode.rawValue, net: architecture.rawValue, engine: self.engine.rawValue,
            precision: precision.rawValue, base: baseWidth, size: size, batch: batch, threads: threads,
            imagesPerSecond: rounded(Double(batch) / median), secondsPerStep: rounded(median), peakMiB: peakMiB,
            networkGFLOPS: rounded(gigaflops), sgemmGFLOPS: rounded(peak), share: rounded(gigaflops / peak),
            allocationsPerStep: counted.map { Double($0.own) / Double(steps) },
            libraryAllocationsPerStep: counted.map { Double($0.libraries) / Double(steps) }, layers: layers)
    }

    private func rounded(_ value: Double) -> Double { (value * 10000).rounded() / 10000 }

    private func training(_ network: NetworkDescription, _ engine: NetworkEngine) throws -> () throws -> Void {
        let trained = TrainingBatch(count: batch, height: size, width: size)
        for sample in 0..<batch {
            var generator = SeededGenerator(seed: 0, stream: "benchmark", UInt64(sample))
            let target = (0..<3 * size * size).map { _ in generator.uniform() }
            let mask = (0..<size * size).map { _ in UInt8(generator.chance(0.1) ? 1 : 0) }
            let input = target.indices.map { mask[$0 % (size * size)] == 1 ? generator.uniform() : target[$0] }
            trained.set(sample, input: input, target: target, mask: mask)
        }
        let optimizer = AdamOptimizer(OptimizerState(parameters: network.initialParameters(seed: 0)))
        try optimizer.load(into: engine)
        return { _ = try optimizer.step(engine, trained, lambda: 0.5, learningRate: 1e-3) }
    }

    static func randomImages(_ count: Int, valueCount: Int) -> [[Float]] {
        (0..<count).map { sample in
            var generator = SeededGenerator(seed: 0, stream: "benchmark", UInt64(sample))
            return (0..<valueCount).map { _ in generator.uniform() }
        }
    }

    private func scoring(_ network: NetworkDescription, _ engine: NetworkEngine) throws -> () throws -> Void {
        try engine.load(network.initialParameters(seed: 0))
        let size = size
        let images = Self.randomImages(batch, valueCount: 3 * size * size)
        return {
            let reconstructions = engine.reconstruct(images)
            for (image, reconstruction) in zip(images, reconstructions) {
                let error = MapKernels.squaredError(image, reconstruction, channels: 3)
                _ = MapKernels.boxFiltered(error, height: size, width: size, size: 7, passes: 3)
            }
        }
    }

    /// The best of several square matrix products by OpenBLAS, with one product per thread at the same time.
    static func matrixProductGFLOPS(threads: Int, side: Int = 1536) throws -> Double {
        try OpenBLAS.load()
        let pool = WorkerPool(workerCount: threads)
        defer { pool.stop() }
        let matrices = (0..<3 * threads).map { _ in AlignedBuffer<Float>([Float](repeating: 1, count: side * side)) }
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<7 {
            let start = clock.now
            pool.run(threads) { piece, _ in
                OpenBLAS.multiply(
                    rows: side, columns: side, inner: side, a: matrices[3 * piece].pointer, aStride: side,
                    b: matrices[3 * piece + 1].pointer, bStride: side, beta: 0, c: matrices[3 * piece + 2].pointer,
                    cStride: side)
            }
            best = min(best, (clock.now - start) / .seconds(1))
        }
        return 2 * Double(side) * Double(side) * Double(side) * Double(threads) / best / 1e9
    }
}
