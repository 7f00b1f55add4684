import Host
import Tensors

/// Runs one network at one image size: reconstructs images and computes the gradient of the training objective.
///
/// One thread computes a whole sample, forward and backward, so that activations stay in its caches; two threads if
/// there are more of them than samples. The gradients of fixed shards of the batch are summed in a fixed order, so
/// results do not depend on the number of threads. Memory is planned and kernels are compiled on initialisation.
public final class NetworkEngine {
    public enum Kind: String, Codable, Sendable, CaseIterable { case onednn, openblas }
    public enum Purpose: Sendable { case training, inference }

    /// The maximum number of shards of a batch's gradient, and so of samples in work at once. It affects the rounding
    /// of larger batches, so it is not a setting. Each shard takes the memory of the parameters.
    public static let gradientShardCount = 32

    public let network: NetworkDescription
    public let height, width: Int
    public var name: String { backend.name }
    public var precision: Precision { backend.precision }
    public var workerCount: Int { pool.workerCount }

    let backend: any ConvolutionBackend
    let program: NetworkProgram
    let kernels: TensorKernels
    let convolutions: [any ConvolutionKernel]
    let pool: WorkerPool
    var slots: [Slot] = []
    /// The gradient of one sample that is added to a shard, by worker.
    var extraGradients: [AlignedBuffer<Float>] = []
    private let parameters: AlignedBuffer<Float>
    let gradient: AlignedBuffer<Float>
    /// Gradients by shard and convolution, in the convolution's own layout.
    var shards: [[AlignedBuffer<Float>]] = []
    var sampleSums = AlignedBuffer<SampleSums>(count: 0)
    var current: Step?
    var pixelCounts: [TrainingBatch.PixelCounts] = []
    /// Present while layers are measured.
    private var profile: LayerProfile?

    /// The memory of one sample in work. As many are used at once as there are samples or threads.
    struct Slot {
        let arena: AlignedBuffer<UInt8>
        let scratch, weightScratch: AlignedBuffer<UInt8>
    }

    /// The input of the current step.
    struct Step {
        let batch: TrainingBatch
        let lambda: Float
        let shardCount: Int
        /// With two threads per sample: the samples in work, and the place of the program's step.
        var samples = 0..<0
        var place = 0
    }

    /// - Parameters:
    ///   - height, width: The size of the images; multiples of the network's `sizeMultiple`.
    ///   - threads: The number of threads, at least 1.
    public init(
        _ kind: Kind, network: NetworkDescription, height: Int, width: Int, purpose: Purpose,
        precision: Precision = .float32, threads: Int
    ) throws {
        (self.network, self.height, self.width) = (network, height, width)
        let workerCount = max(1, threads)
        switch kind {
        case .onednn:
            if precision == .bfloat16, !OneDNN.hasBFloat16 {
                throw EngineError.noBFloat16(instructionSet: OneDNN.instructionSet)
            }
            backend = try OneDNNBackend(precision: precision, workerCount: workerCount)
        case .openblas:
            if precision != .float32 {
                throw EngineError.unsupportedPrecision(engine: kind.rawValue, precision: precision)
            }
            backend = try OpenBLASBackend(workerCount: workerCount)
        }
        kernels = TensorKernels(precision: precision)
        program = NetworkProgram(
            network, height: height, width: width, purpose: purpose,
            block: backend.block, elementBytes: precision.bytes)
        var convolutions: [any ConvolutionKernel] = []
        for geometry in program.geometries { convolutions.append(try backend.makeConvolution(geometry)) }
        self.convolutions = convolutions
        parameters = AlignedBuffer(count: network.parameterCount)
        gradient = AlignedBuffer(count: purpose == .training ? network.parameterCount : 0)
        // Last, because its threads would outlive a failed initialisation.
        pool = WorkerPool(workerCount: workerCount)
        try makeSlots(purpose)
    }

    deinit { pool.stop() }

    private func makeSlots(_ purpose: Purpose) throws {
        let scratchBytes = convolutions.map(\.scratchBytes).max() ?? 0
        let isTraining = purpose == .training
        let gradientCount = isTraining ? convolutions.map(\.gradientCount).max() ?? 0 : 0
        for index in 0..<pool.workerCount {
            let slot = Slot(
                arena: AlignedBuffer(count: program.arenaBytes), scratch: AlignedBuffer(count: scratchBytes),
                weightScratch: AlignedBuffer(count: isTraining ? scratchBytes : 0))
            slots.append(slot)
            extraGradients.append(AlignedBuffer(count: gradientCount))
            for (number, convolution) in convolutions.enumerated() {
                let wantsSource = program.geometries[number].sourceGradient != nil
                try convolution.bind(
                    slot: index,
                    memory: ConvolutionMemory(
                        source: activation(program.sources[number], slot),
                        destination: activation(program.destinations[number], slot),
                        sourceGradient: wantsSource ? gradient(program.sources[number], slot) : nil,
                        destinationGradient: isTraining ? gradient(program.destinations[number], slot) : nil,
                        scratch: UnsafeMutableRawPointer(slot.scratch.pointer),
                        weightScratch: UnsafeMutableRawPointer(slot.weightScratch.pointer)))
            }
        }
    }

    /// The kernels of each convolution: forward, data gradient, weight gradient.
    public var kernelNames: [(convolution: String, kernels: [String])] {
        zip(network.convolutions, convolutions).map { ($0.name, $1.kernelNames) }
    }

    func activation(_ region: NetworkProgram.Region, _ slot: Slot) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(slot.arena.pointer) + program.activationOffsets[region.tensor] + region.byteOffset
    }

    func gradient(_ region: NetworkProgram.Region, _ slot: Slot) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(slot.arena.pointer) + program.gradientOffsets[region.tensor] + region.byteOffset
    }

    // MARK: Parameters

    /// Replaces the parameters, in the order of the network's description.
    ///
    /// - Throws: `EngineError.parameterCount`.
    public func load(_ values: [Float]) throws(EngineError) {
        guard values.count == parameters.count else {
            throw .parameterCount(found: values.count, expected: parameters.count)
        }
        parameters.copy(values)
        packParameters()
    }

    /// - Parameter values: One value per parameter of the network.
    func load(_ values: AlignedBuffer<Float>) {
        parameters.copy(values)
        packParameters()
    }

    private func packParameters() {
        pool.run(convolutions.count, packPiece)
    }

    // MARK: Profile

    /// Starts or stops measuring the time of each convolution.
    public func measureLayers(_ isOn: Bool) {
        profile = isOn ? LayerProfile(network.convolutions.map(\.name), workerCount: pool.workerCount) : nil
    }

    /// Seconds per convolution since measuring began, summed over all workers.
    public var layerTimes: [LayerProfile.Row] { profile?.rows ?? [] }

    @inline(__always)
    func timed(_ number: Int, _ pass: LayerProfile.Pass, _ worker: Int, _ body: () -> Void) {
        guard let profile else { return body() }
        let start = HostClock.monotonicSeconds()
        body()
        profile.add(HostClock.monotonicSeconds() - start, number, pass, worker)
    }

    // MARK: Gradient

    /// The gradient from the last call of `computeGradient`.
    public var gradientValues: [Float] { gradient.values }
    /// The first convolution whose gradient contains a value that is not finite.
    var divergedLayer: String? {
        network.convolutions.first { convolution in
            let end = convolution.biasOffset + convolution.outputChannels
            return (convolution.parameterOffset..<end).contains { !gradient.pointer[$0].isFinite }
        }?.name
    }
    var gradientBuffer: AlignedBuffer<Float> { gradient }
    /// The threads of the engine, for other work between its calls.
    public var workerPool: WorkerPool { pool }

    // MARK: Work of the threads

    // Closures that live as long as the engine, so that a step allocates nothing.
    private lazy var packPiece: WorkerPool.Piece = { [unowned self] number, worker in
        convolutions[number].load(parameters: parameters.pointer, worker: worker)
    }
    lazy var shardPiece: WorkerPool.Piece = { [unowned self] in computeShard($0, worker: $1) }
    lazy var sumPiece: WorkerPool.Piece = { [unowned self] in sumShards(of: $0, worker: $1) }
    lazy var forwardPiece: WorkerPool.Piece = { [unowned self] in computeForward(slot: $0, worker: $1) }
    lazy var singlePiece: WorkerPool.Piece = { [unowned self] slot, _ in computeSingle(slot: slot) }
    lazy var pairPiece: WorkerPool.Piece = { [unowned self] in computePair($0, worker: $1) }
}
