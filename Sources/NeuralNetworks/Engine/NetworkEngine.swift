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

    private let backend: any ConvolutionBackend
    private let program: NetworkProgram
    private let kernels: TensorKernels
    let convolutions: [any ConvolutionKernel]
    private let pool: WorkerPool
    private var slots: [Slot] = []
    /// The gradient of one sample that is added to a shard, by worker.
    private var extraGradients: [AlignedBuffer<Float>] = []
    private let parameters: AlignedBuffer<Float>
    private let gradient: AlignedBuffer<Float>
    /// Gradients by shard and convolution, in the convolution's own layout.
    private var shards: [[AlignedBuffer<Float>]] = []
    private var sampleSums = AlignedBuffer<SampleSums>(count: 0)
    private var current: Step?
    private var pixelCounts: [TrainingBatch.PixelCounts] = []
    /// Present while layers are measured.
    private var profile: LayerProfile?

    /// The memory of one sample in work. As many are used at once as there are samples or threads.
    private struct Slot {
        let arena: AlignedBuffer<UInt8>
        let scratch, weightScratch: AlignedBuffer<UInt8>
    }

    /// The input of the current step.
    private struct Step {
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

    private func activation(_ region: NetworkProgram.Region, _ slot: Slot) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(slot.arena.pointer) + program.activationOffsets[region.tensor] + region.byteOffset
    }

    private func gradient(_ region: NetworkProgram.Region, _ slot: Slot) -> UnsafeMutableRawPointer {
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

    private lazy var packPiece: WorkerPool.Piece = { [unowned self] number, worker in
        convolutions[number].load(parameters: parameters.pointer, worker: worker)
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

    private func forward(_ input: UnsafePointer<Float>, slot index: Int, worker: Int) {
        let slot = slots[index]
        let arena = UnsafeMutableRawPointer(slot.arena.pointer)
        (arena + program.activationOffsets[0]).copyMemory(
            from: input, byteCount: network.inputChannels * height * width * MemoryLayout<Float>.size)
        for step in program.steps {
            switch step {
            case .convolution(let number):
                timed(number, .forward, worker) { convolutions[number].forward(slot: index) }
            case .upsample(let input, let output):
                kernels.upsample(
                    activation(input, slot), to: activation(output, slot), blocks: input.channels / backend.block,
                    height: input.height, width: input.width, block: backend.block)
            case .combine(let gate, let first, let second, let output):
                kernels.combine(
                    gate: activation(gate, slot), first: activation(first, slot), second: activation(second, slot),
                    output: activation(output, slot), count: output.elementCount)
            }
        }
    }

    private func outputActivation(_ slot: Slot) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(slot.arena.pointer) + program.activationOffsets[network.output.tensor]
    }

    /// Returns the network's output for each image. Images and outputs are channel-major values of channels * height *
    /// width.
    public func reconstruct(_ images: [[Float]]) -> [[Float]] {
        let inputCount = network.inputChannels * height * width
        for image in images where image.count != inputCount {
            fatalError("an image of \(image.count) values for an engine of \(inputCount)")
        }
        let outputCount = network.outputChannels * height * width
        var results = [[Float]](repeating: [], count: images.count)
        results.withUnsafeMutableBufferPointer { results in
            let results = results.baseAddress
            pool.run(images.count) { [self] piece, worker in
                // Few images use the memory of the first slots only.
                let slot = images.count <= pool.workerCount ? piece : worker
                images[piece].withUnsafeBufferPointer { forward($0.baseAddress!, slot: slot, worker: worker) }
                results![piece] = [Float](unsafeUninitializedCapacity: outputCount) { values, count in
                    kernels.unpack(
                        outputActivation(slots[slot]), to: values.baseAddress!, channels: network.outputChannels,
                        pixels: height * width, block: backend.block)
                    count = outputCount
                }
            }
        }
        return results
    }

    // MARK: Gradient

    /// Computes the objective of a batch and the gradient of all parameters, which is left in `gradientValues`.
    ///
    /// The objective is the mean over samples of (1 - lambda) times the mean outside the mask, of squared residuals or
    /// cross-entropies, plus lambda times that inside. If a mask is empty or full, the remaining term has weight 1.
    /// Ignored pixels count as neither.
    public func computeGradient(_ batch: TrainingBatch, lambda: Float) -> BatchLoss {
        guard batch.height == height, batch.width == width, batch.channels == network.inputChannels,
            batch.outputChannels == network.outputChannels, gradient.count > 0
        else { fatalError("a batch of \(batch.width) x \(batch.height) for a training engine of \(width) x \(height)") }
        let shardCount = min(batch.count, NetworkEngine.gradientShardCount)
        while shards.count < shardCount {
            shards.append(convolutions.map { AlignedBuffer(count: $0.gradientCount) })
        }
        if sampleSums.count != batch.count { sampleSums = AlignedBuffer(count: batch.count) }
        if pixelCounts.count != batch.count { pixelCounts = Array(repeating: .init(), count: batch.count) }
        for sample in 0..<batch.count { pixelCounts[sample] = batch.pixelCounts(sample) }
        current = Step(batch: batch, lambda: lambda, shardCount: shardCount)
        if pool.workerCount > shardCount { runPairs() } else { pool.run(shardCount, shardPiece) }
        pool.run(convolutions.count, sumPiece)
        current = nil
        return batch.loss(sampleSums, pixelCounts, lambda: lambda)
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
    /// The threads of the engine, for other work between its calls.
    public var workerPool: WorkerPool { pool }

    /// Computes a sample's objective and its gradient at the network's output.
    private func forwardSample(_ sample: Int, of step: Step, slot index: Int, worker: Int) {
        let (slot, batch) = (slots[index], step.batch)
        forward(batch.inputs.pointer + sample * batch.sampleCount, slot: index, worker: worker)
        let weights = batch.objectiveWeights(pixelCounts[sample], lambda: step.lambda)
        // The derivative of a square has a factor of 2.
        let scale: Float = (batch.objective == .squaredError ? 2 : 1) / Float(batch.count)
        let gradient = UnsafeMutableRawPointer(slot.arena.pointer) + program.gradientOffsets[network.output.tensor]
        let mask = UnsafePointer(batch.masks.pointer + sample * batch.pixels)
        let sums =
            switch batch.objective {
            case .squaredError:
                kernels.maskedSquaredError(
                    output: outputActivation(slot), target: batch.targets.pointer + sample * batch.sampleCount,
                    mask: mask, channels: network.outputChannels, pixels: batch.pixels, block: backend.block,
                    outsideScale: scale * weights.outside, insideScale: scale * weights.inside, gradient: gradient)
            case .crossEntropy:
                kernels.maskedCrossEntropy(
                    output: outputActivation(slot), mask: mask, pixels: batch.pixels, block: backend.block,
                    outsideScale: scale * weights.outside, insideScale: scale * weights.inside, gradient: gradient)
            }
        sampleSums.pointer[sample] = SampleSums(outside: sums.outside, inside: sums.inside)
    }

    /// Turns the gradient of a convolution's output into that before its activation.
    private func activationGradient(_ number: Int, slot index: Int) {
        let (destination, slot) = (program.destinations[number], slots[index])
        switch program.geometries[number].convolution.activation {
        case .none: break
        case .elu:
            kernels.eluBackward(
                gradient: gradient(destination, slot), output: activation(destination, slot),
                count: destination.elementCount)
        case .sigmoid: break  // the combination's gradient is already the one before the sigmoid
        }
    }

    private func weightGradient(_ number: Int, slot: Int, worker: Int, shard: [AlignedBuffer<Float>], add: Bool) {
        let target = shard[number]
        let extra = extraGradients[worker].pointer
        timed(number, .weightGradient, worker) {
            convolutions[number].weightGradient(slot: slot, to: add ? extra : target.pointer)
        }
        if add { FloatKernels.add(extra, to: target.pointer, count: target.count) }
    }

    private func dataGradient(_ number: Int, slot: Int, worker: Int) {
        timed(number, .dataGradient, worker) { convolutions[number].dataGradient(slot: slot) }
    }

    /// The backward pass of a step without parameters.
    private func backward(_ step: NetworkProgram.Step, slot index: Int) {
        let slot = slots[index]
        switch step {
        case .convolution: break
        case .upsample(let input, let output):
            kernels.upsampleBackward(
                gradient(output, slot), to: gradient(input, slot), blocks: input.channels / backend.block,
                height: input.height, width: input.width, block: backend.block)
        case .combine(let gate, let first, let second, let output):
            kernels.combineBackward(
                gate: activation(gate, slot), first: activation(first, slot), second: activation(second, slot),
                outputGradient: gradient(output, slot), gateGradient: gradient(gate, slot),
                firstGradient: gradient(first, slot), secondGradient: gradient(second, slot),
                count: output.elementCount)
        }
    }

    /// Closures that live as long as the engine, so that a step allocates nothing.
    private lazy var shardPiece: WorkerPool.Piece = { [unowned self] shard, worker in
        guard let step = current else { return }
        for sample in stride(from: shard, to: step.batch.count, by: step.shardCount) {
            forwardSample(sample, of: step, slot: worker, worker: worker)
            for part in program.steps.reversed() {
                guard case .convolution(let number) = part else {
                    backward(part, slot: worker)
                    continue
                }
                activationGradient(number, slot: worker)
                weightGradient(number, slot: worker, worker: worker, shard: shards[shard], add: sample != shard)
                dataGradient(number, slot: worker, worker: worker)
            }
        }
    }

    // MARK: Two threads per sample

    /// Computes the shards with more threads than shards: of each convolution, one thread computes the data gradient
    /// and another the weight gradient. All threads wait after each step of the program.
    private func runPairs() {
        guard let step = current else { return }
        for first in stride(from: 0, to: step.batch.count, by: step.shardCount) {
            let samples = first..<min(first + step.shardCount, step.batch.count)
            current?.samples = samples
            current?.place = program.steps.count
            pool.run(samples.count, forwardPiece)
            for place in program.steps.indices.reversed() {
                current?.place = place
                if case .convolution = program.steps[place] {
                    pool.run(2 * samples.count, pairPiece)
                } else {
                    pool.run(samples.count, singlePiece)
                }
            }
        }
    }

    /// The activation's gradient of the convolution before a place, if there is one: both of its gradients need it.
    private func prepareConvolution(before place: Int, slot: Int) {
        guard place > 0, case .convolution(let number) = program.steps[place - 1] else { return }
        activationGradient(number, slot: slot)
    }

    private lazy var forwardPiece: WorkerPool.Piece = { [unowned self] slot, worker in
        guard let step = current else { return }
        forwardSample(step.samples.lowerBound + slot, of: step, slot: slot, worker: worker)
        prepareConvolution(before: step.place, slot: slot)
    }

    private lazy var singlePiece: WorkerPool.Piece = { [unowned self] slot, _ in
        guard let step = current else { return }
        backward(program.steps[step.place], slot: slot)
        prepareConvolution(before: step.place, slot: slot)
    }

    private lazy var pairPiece: WorkerPool.Piece = { [unowned self] piece, worker in
        guard let step = current, case .convolution(let number) = program.steps[step.place] else { return }
        let slot = piece % step.samples.count
        if piece < step.samples.count {
            dataGradient(number, slot: slot, worker: worker)
            prepareConvolution(before: step.place, slot: slot)
        } else {
            weightGradient(
                number, slot: slot, worker: worker, shard: shards[slot], add: step.samples.lowerBound > 0)
        }
    }

    /// Sums the gradient shards of one convolution in a fixed order.
    private lazy var sumPiece: WorkerPool.Piece = { [unowned self] number, worker in
        guard let step = current else { return }
        let first = shards[0][number]
        for shard in 1..<max(1, step.shardCount) {
            FloatKernels.add(shards[shard][number].pointer, to: first.pointer, count: first.count)
        }
        convolutions[number].store(gradient: first.pointer, to: gradient.pointer, worker: worker)
    }
}
