import Tensors

/// Runs one network at one image size: reconstructs images and computes the gradient of the training objective.
///
/// One thread computes a whole sample, forward and backward, so that activations stay in its caches. The gradients of
/// fixed shards of the batch are summed in a fixed order, so results do not depend on the number of threads. Memory is
/// planned and kernels are compiled on initialisation.
public final class NetworkEngine {
    public enum Kind: String, Codable, Sendable, CaseIterable { case onednn, openblas }
    public enum Purpose: Sendable { case training, inference }

    /// The number of shards of a batch's gradient. It affects rounding, so it is not a setting.
    public static let gradientShardCount = 8

    public let network: NetworkDescription
    public let height, width: Int
    public var name: String { backend.name }
    public var precision: Precision { backend.precision }
    public var workerCount: Int { pool.workerCount }

    private let backend: any ConvolutionBackend
    private let program: NetworkProgram
    private let kernels: TensorKernels
    private let convolutions: [any ConvolutionKernel]
    private let pool: WorkerPool
    private var workers: [Worker] = []
    private let parameters: AlignedBuffer<Float>
    private let gradient: AlignedBuffer<Float>
    /// Gradients by shard and convolution, in the convolution's own layout.
    private var shards: [[AlignedBuffer<Float>]] = []
    private var sampleSums = AlignedBuffer<SampleSums>(count: 0)
    private var current: Step?
    private var maskedPixels: [Int] = []
    /// Present while layers are measured.
    private var profile: LayerProfile?

    private struct Worker {
        let arena: AlignedBuffer<UInt8>
        let scratch: AlignedBuffer<UInt8>
        let extraGradient: AlignedBuffer<Float>
    }

    /// The input of the current step.
    private struct Step {
        let batch: TrainingBatch
        let lambda: Float
        let shardCount: Int
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
        try makeWorkers(purpose)
    }

    deinit { pool.stop() }

    private func makeWorkers(_ purpose: Purpose) throws {
        let scratchBytes = convolutions.map(\.scratchBytes).max() ?? 0
        let gradientCount = purpose == .training ? convolutions.map(\.gradientCount).max() ?? 0 : 0
        for index in 0..<pool.workerCount {
            let worker = Worker(
                arena: AlignedBuffer(count: program.arenaBytes), scratch: AlignedBuffer(count: scratchBytes),
                extraGradient: AlignedBuffer(count: gradientCount))
            workers.append(worker)
            for (number, convolution) in convolutions.enumerated() {
                let training = purpose == .training
                let wantsSource = program.geometries[number].sourceGradient != nil
                try convolution.bind(
                    worker: index,
                    memory: ConvolutionMemory(
                        source: activation(program.sources[number], worker),
                        destination: activation(program.destinations[number], worker),
                        sourceGradient: wantsSource ? gradient(program.sources[number], worker) : nil,
                        destinationGradient: training ? gradient(program.destinations[number], worker) : nil,
                        scratch: UnsafeMutableRawPointer(worker.scratch.pointer)))
            }
        }
    }

    /// The kernels of each convolution: forward, data gradient, weight gradient.
    public var kernelNames: [(convolution: String, kernels: [String])] {
        zip(network.convolutions, convolutions).map { ($0.name, $1.kernelNames) }
    }

    private func activation(_ region: NetworkProgram.Region, _ worker: Worker) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(worker.arena.pointer) + program.activationOffsets[region.tensor] + region.byteOffset
    }

    private func gradient(_ region: NetworkProgram.Region, _ worker: Worker) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(worker.arena.pointer) + program.gradientOffsets[region.tensor] + region.byteOffset
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
        // Weights are packed on the calling thread only.
        OneDNN.useCallingThreadOnly()
        for convolution in convolutions { convolution.load(parameters: parameters.pointer) }
    }

    // MARK: Profile

    /// Starts or stops measuring the time of each convolution.
    public func measureLayers(_ isOn: Bool) {
        profile = isOn ? LayerProfile(network.convolutions.map(\.name), workerCount: pool.workerCount) : nil
    }

    /// Seconds per convolution since measuring began, summed over all workers.
    public var layerTimes: [LayerProfile.Row] { profile?.rows ?? [] }

    @inline(__always)
    private func timed(_ number: Int, _ pass: LayerProfile.Pass, _ worker: Int, _ body: () -> Void) {
        guard let profile else { return body() }
        let start = LayerProfile.now
        body()
        profile.add(LayerProfile.now - start, number, pass, worker)
    }

    // MARK: Forward

    private func forward(_ input: UnsafePointer<Float>, worker index: Int) {
        let worker = workers[index]
        let arena = UnsafeMutableRawPointer(worker.arena.pointer)
        (arena + program.activationOffsets[0]).copyMemory(
            from: input, byteCount: network.inputChannels * height * width * MemoryLayout<Float>.size)
        for step in program.steps {
            switch step {
            case .convolution(let number):
                timed(number, .forward, index) { convolutions[number].forward(worker: index) }
            case .upsample(let input, let output):
                kernels.upsample(
                    activation(input, worker), to: activation(output, worker), blocks: input.channels / backend.block,
                    height: input.height, width: input.width, block: backend.block)
            case .combine(let gate, let first, let second, let output):
                kernels.combine(
                    gate: activation(gate, worker), first: activation(first, worker),
                    second: activation(second, worker), output: activation(output, worker), count: output.elementCount)
            }
        }
    }

    private func outputActivation(_ worker: Worker) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(worker.arena.pointer) + program.activationOffsets[network.output.tensor]
    }

    /// Returns the network's output for each image. Images and outputs are channel-major values of channels * height *
    /// width.
    public func reconstruct(_ images: [[Float]]) -> [[Float]] {
        let inputCount = network.inputChannels * height * width
        for image in images where image.count != inputCount {
            fatalError("an image of \(image.count) values for an engine of \(inputCount)")
        }
        let outputCount = network.outputChannels * height * width
        let results = AlignedBuffer<Float>(count: outputCount * images.count)
        pool.run(images.count) { [self] piece, worker in
            images[piece].withUnsafeBufferPointer { forward($0.baseAddress!, worker: worker) }
            kernels.unpack(
                outputActivation(workers[worker]), to: results.pointer + piece * outputCount,
                channels: network.outputChannels, pixels: height * width, block: backend.block)
        }
        return images.indices.map { results.values($0 * outputCount..<($0 + 1) * outputCount) }
    }

    // MARK: Gradient

    /// Computes the objective of a batch and the gradient of all parameters, which is left in `gradientValues`.
    ///
    /// The objective is the mean over samples of (1 - lambda) times the mean outside the mask, of squared residuals or
    /// cross-entropies, plus lambda times that inside. If a mask is empty or full, the remaining term has weight 1.
    public func computeGradient(_ batch: TrainingBatch, lambda: Float) -> BatchLoss {
        guard batch.height == height, batch.width == width, batch.channels == network.inputChannels,
            batch.outputChannels == network.outputChannels, gradient.count > 0
        else { fatalError("a batch of \(batch.width) x \(batch.height) for a training engine of \(width) x \(height)") }
        let shardCount = min(batch.count, NetworkEngine.gradientShardCount)
        while shards.count < shardCount {
            shards.append(convolutions.map { AlignedBuffer(count: $0.gradientCount) })
        }
        if sampleSums.count != batch.count { sampleSums = AlignedBuffer(count: batch.count) }
        if maskedPixels.count != batch.count { maskedPixels = Array(repeating: 0, count: batch.count) }
        for sample in 0..<batch.count { maskedPixels[sample] = batch.maskedPixels(sample) }
        current = Step(batch: batch, lambda: lambda, shardCount: shardCount)
        pool.run(shardCount, shardPiece)
        pool.run(convolutions.count, sumPiece)
        current = nil
        for (number, convolution) in convolutions.enumerated() {
            convolution.store(gradient: shards[0][number].pointer, to: gradient.pointer)
        }
        return batch.loss(sampleSums, maskedPixels: maskedPixels, lambda: lambda)
    }

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
    var workerPool: WorkerPool { pool }

    private func trainSample(
        _ batch: TrainingBatch, _ sample: Int, maskedPixels: Int, lambda: Float, worker index: Int,
        shard: [AlignedBuffer<Float>], add: Bool
    ) -> SampleSums {
        let worker = workers[index]
        forward(batch.inputs.pointer + sample * batch.sampleCount, worker: index)
        let weights = batch.objectiveWeights(maskedPixels: maskedPixels, lambda: lambda)
        let output = network.output
        // The derivative of a square has a factor of 2.
        let scale: Float = (batch.objective == .squaredError ? 2 : 1) / Float(batch.count)
        let gradient = UnsafeMutableRawPointer(worker.arena.pointer) + program.gradientOffsets[output.tensor]
        let mask = UnsafePointer(batch.masks.pointer + sample * batch.pixels)
        let sums =
            switch batch.objective {
            case .squaredError:
                kernels.maskedSquaredError(
                    output: outputActivation(worker), target: batch.targets.pointer + sample * batch.sampleCount,
                    mask: mask, channels: network.outputChannels, pixels: batch.pixels, block: backend.block,
                    outsideScale: scale * weights.outside, insideScale: scale * weights.inside, gradient: gradient)
            case .crossEntropy:
                kernels.maskedCrossEntropy(
                    output: outputActivation(worker), mask: mask, pixels: batch.pixels, block: backend.block,
                    outsideScale: scale * weights.outside, insideScale: scale * weights.inside, gradient: gradient)
            }
        for step in program.steps.reversed() { backward(step, worker, index, shard, add: add) }
        return SampleSums(outside: sums.outside, inside: sums.inside)
    }

    private func backward(
        _ step: NetworkProgram.Step, _ worker: Worker, _ index: Int, _ shard: [AlignedBuffer<Float>], add: Bool
    ) {
        switch step {
        case .convolution(let number):
            let destination = program.destinations[number]
            let (outputGradient, output) = (gradient(destination, worker), activation(destination, worker))
            switch program.geometries[number].convolution.activation {
            case .none: break
            case .elu: kernels.eluBackward(gradient: outputGradient, output: output, count: destination.elementCount)
            case .sigmoid: break  // the combination's gradient is already the one before the sigmoid
            }
            let target = shard[number]
            timed(number, .weightGradient, index) {
                convolutions[number].weightGradient(
                    worker: index, to: add ? worker.extraGradient.pointer : target.pointer)
            }
            if add { FloatKernels.add(worker.extraGradient.pointer, to: target.pointer, count: target.count) }
            timed(number, .dataGradient, index) { convolutions[number].dataGradient(worker: index) }
        case .upsample(let input, let output):
            kernels.upsampleBackward(
                gradient(output, worker), to: gradient(input, worker), blocks: input.channels / backend.block,
                height: input.height, width: input.width, block: backend.block)
        case .combine(let gate, let first, let second, let output):
            kernels.combineBackward(
                gate: activation(gate, worker), first: activation(first, worker), second: activation(second, worker),
                outputGradient: gradient(output, worker), gateGradient: gradient(gate, worker),
                firstGradient: gradient(first, worker), secondGradient: gradient(second, worker),
                count: output.elementCount)
        }
    }

    /// Closures that live as long as the engine, so that a step allocates nothing.
    private lazy var shardPiece: WorkerPool.Piece = { [unowned self] shard, worker in
        guard let step = current else { return }
        for sample in stride(from: shard, to: step.batch.count, by: step.shardCount) {
            sampleSums.pointer[sample] = trainSample(
                step.batch, sample, maskedPixels: maskedPixels[sample], lambda: step.lambda, worker: worker,
                shard: shards[shard], add: sample != shard)
        }
    }

    /// Sums the gradient shards of one convolution in a fixed order.
    private lazy var sumPiece: WorkerPool.Piece = { [unowned self] number, _ in
        guard let step = current else { return }
        let first = shards[0][number]
        for shard in 1..<max(1, step.shardCount) {
            FloatKernels.add(shards[shard][number].pointer, to: first.pointer, count: first.count)
        }
    }
}
