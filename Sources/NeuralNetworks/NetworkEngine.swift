import Tensors

/// Runs one network at one image size: reconstructs images, and computes the gradient of the training objective.
///
/// Every sample is a piece of work of its own, done by one thread from the first layer to the last and back: its activations
/// stay in the caches, and since the gradients of fixed shards of the batch are added up in a fixed order, results do not
/// depend on the number of threads. All memory is planned and all kernels are compiled when the engine is made.
public final class NetworkEngine {
    public enum Kind: String, Codable, Sendable, CaseIterable { case onednn, openblas }
    public enum Purpose: Sendable { case training, inference }

    /// Shards into which the gradient of a batch is split; part of the numerics, so not a setting.
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
    private var shards: [GradientShard] = []
    private var lossSums = AlignedBuffer<LossSums>(count: 0)
    private var current: Step?
    private var maskedPixels: [Int] = []
    /// Where the time goes, while it is asked for.
    private var profile: LayerProfile?

    private struct Worker {
        let arena: AlignedBuffer<UInt8>
        let scratch: AlignedBuffer<UInt8>
        let extraGradient: AlignedBuffer<Float>
    }

    /// What the pieces of the step that is being computed work on.
    private struct Step {
        let batch: TrainingBatch
        let lambda: Float
        let shardCount: Int
    }

    /// A sample's squared residuals outside and inside its mask.
    private struct LossSums {
        var outside, inside: Double
    }

    private struct GradientShard {
        let gradients: [AlignedBuffer<Float>]  // one per convolution, in its own layout
    }

    /// - Parameters:
    ///   - height, width: of the images; multiples of the network's `sizeMultiple`.
    ///   - threads: threads in all, at least 1.
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
            network, height: height, width: width, purpose: purpose == .training ? .training : .inference,
            block: backend.block, elementBytes: precision.bytes)
        var convolutions: [any ConvolutionKernel] = []
        for geometry in program.geometries { convolutions.append(try backend.makeConvolution(geometry)) }
        self.convolutions = convolutions
        parameters = AlignedBuffer(count: network.parameterCount)
        gradient = AlignedBuffer(count: purpose == .training ? network.parameterCount : 0)
        // Last of all that can fail: its threads end with the engine only.
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

    /// Bytes that the engine holds: arenas, gradient shards and parameters.
    public var plannedBytes: Int {
        let perWorker = workers.map { $0.arena.count + $0.scratch.count + 4 * $0.extraGradient.count }.reduce(0, +)
        let shardBytes = shards.flatMap(\.gradients).map { 4 * $0.count }.reduce(0, +)
        return perWorker + shardBytes + 4 * (parameters.count + gradient.count)
    }

    /// Per convolution: its name and the names of the kernels forward, for the data gradient and for the weight gradient.
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

    /// Takes new parameters, in the order of the network's description.
    ///
    /// - Throws: `EngineError.parameterCount`.
    public func load(_ values: [Float]) throws(EngineError) {
        guard values.count == parameters.count else {
            throw .parameterCount(found: values.count, expected: parameters.count)
        }
        parameters.copy(values)
        packParameters()
    }

    /// - Parameter values: as many as the network has.
    func load(_ values: AlignedBuffer<Float>) {
        parameters.copy(values)
        packParameters()
    }

    private func packParameters() {
        // Weights are packed by one stream: kernels' reorders are not shared out.
        OneDNN.useCallingThreadOnly()
        for convolution in convolutions { convolution.load(parameters: parameters.pointer) }
    }

    // MARK: Profile

    /// Starts or ends the measuring of each convolution's time.
    public func measureLayers(_ isOn: Bool) {
        profile = isOn ? LayerProfile(network.convolutions.map(\.name), workerCount: pool.workerCount) : nil
    }

    /// Seconds by convolution since measuring began, over all workers.
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

    /// The network's answers to some images, each of channels * height * width values.
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

    /// The objective of a batch: the mean over samples of (1 - lambda) times the mean squared residual outside the mask plus
    /// lambda times that inside. A term whose mask is empty is dropped and the other one gets weight 1. The gradient of
    /// all parameters is left in `gradientValues`.
    public func computeGradient(_ batch: TrainingBatch, lambda: Float) -> BatchLoss {
        guard batch.height == height, batch.width == width, batch.channels == network.inputChannels,
            gradient.count > 0
        else { fatalError("a batch of \(batch.width) x \(batch.height) for a training engine of \(width) x \(height)") }
        let shardCount = min(batch.count, NetworkEngine.gradientShardCount)
        while shards.count < shardCount {
            shards.append(GradientShard(gradients: convolutions.map { AlignedBuffer(count: $0.gradientCount) }))
        }
        if lossSums.count != batch.count { lossSums = AlignedBuffer(count: batch.count) }
        if maskedPixels.count != batch.count { maskedPixels = Array(repeating: 0, count: batch.count) }
        for sample in 0..<batch.count { maskedPixels[sample] = batch.maskedPixels(sample) }
        current = Step(batch: batch, lambda: lambda, shardCount: shardCount)
        pool.run(shardCount, shardPiece)
        pool.run(convolutions.count, sumPiece)
        current = nil
        for (number, convolution) in convolutions.enumerated() {
            convolution.store(gradient: shards[0].gradients[number].pointer, to: gradient.pointer)
        }
        return loss(batch, lambda)
    }

    /// The gradient that the last call of `computeGradient` left.
    public var gradientValues: [Float] { gradient.values }
    /// The first convolution, in the order of the network, whose gradient holds a value that is not finite.
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
        shard: GradientShard, add: Bool
    ) -> LossSums {
        let worker = workers[index]
        forward(batch.inputs.pointer + sample * batch.sampleCount, worker: index)
        let weights = objectiveWeights(batch, maskedPixels, lambda)
        let output = network.output
        let scale = 2 / Float(batch.count)
        let sums = kernels.maskedSquaredError(
            output: outputActivation(worker), target: batch.targets.pointer + sample * batch.sampleCount,
            mask: batch.masks.pointer + sample * batch.pixels, channels: network.outputChannels, pixels: batch.pixels,
            block: backend.block, outsideScale: scale * weights.outside, insideScale: scale * weights.inside,
            gradient: UnsafeMutableRawPointer(worker.arena.pointer) + program.gradientOffsets[output.tensor])
        for step in program.steps.reversed() { backward(step, worker, index, shard, add: add) }
        return LossSums(outside: sums.outside, inside: sums.inside)
    }

    private func backward(
        _ step: NetworkProgram.Step, _ worker: Worker, _ index: Int, _ shard: GradientShard, add: Bool
    ) {
        switch step {
        case .convolution(let number):
            let destination = program.destinations[number]
            let (outputGradient, output) = (gradient(destination, worker), activation(destination, worker))
            switch program.geometries[number].convolution.activation {
            case .none: break
            case .elu: kernels.eluBackward(gradient: outputGradient, output: output, count: destination.elementCount)
            case .sigmoid: break  // the combination's gradient is already that before the sigmoid
            }
            let target = shard.gradients[number]
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

    /// What one squared residual outside and inside the mask weighs in the sample's objective.
    private func objectiveWeights(
        _ batch: TrainingBatch, _ maskedPixels: Int, _ lambda: Float
    ) -> (outside: Float, inside: Float) {
        let inside = maskedPixels * batch.channels
        let outside = batch.sampleCount - inside
        if inside == 0 { return (1 / Float(outside), 0) }
        if outside == 0 { return (0, 1 / Float(inside)) }
        return ((1 - lambda) / Float(outside), lambda / Float(inside))
    }

    /// The pieces of work of a step are closures that live as long as the engine: a step allocates nothing.
    private lazy var shardPiece: WorkerPool.Piece = { [unowned self] shard, worker in
        guard let step = current else { return }
        for sample in stride(from: shard, to: step.batch.count, by: step.shardCount) {
            lossSums.pointer[sample] = trainSample(
                step.batch, sample, maskedPixels: maskedPixels[sample], lambda: step.lambda, worker: worker,
                shard: shards[shard], add: sample != shard)
        }
    }

    /// Adds up the shards of one convolution's gradient, always in the same order.
    private lazy var sumPiece: WorkerPool.Piece = { [unowned self] number, _ in
        guard let step = current else { return }
        let first = shards[0].gradients[number]
        for shard in 1..<max(1, step.shardCount) {
            FloatKernels.add(shards[shard].gradients[number].pointer, to: first.pointer, count: first.count)
        }
    }

    private func loss(_ batch: TrainingBatch, _ lambda: Float) -> BatchLoss {
        var total = 0.0, outside = 0.0, inside = 0.0
        var outsideSamples = 0, insideSamples = 0
        for sample in 0..<batch.count {
            let weights = objectiveWeights(batch, maskedPixels[sample], lambda)
            let sums = lossSums.pointer[sample]
            total += Double(weights.outside) * sums.outside + Double(weights.inside) * sums.inside
            let insideCount = maskedPixels[sample] * batch.channels
            if insideCount > 0 {
                inside += sums.inside / Double(insideCount)
                insideSamples += 1
            }
            if insideCount < batch.sampleCount {
                outside += sums.outside / Double(batch.sampleCount - insideCount)
                outsideSamples += 1
            }
        }
        return BatchLoss(
            total: total / Double(batch.count), outside: outside / Double(max(1, outsideSamples)),
            inside: inside / Double(max(1, insideSamples)))
    }
}

extension TrainingBatch {
    fileprivate func maskedPixels(_ sample: Int) -> Int {
        var count = 0
        let mask = masks.pointer + sample * pixels
        for pixel in 0..<pixels { count += Int(mask[pixel]) }
        return count
    }
}
