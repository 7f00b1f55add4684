import Tensors

extension NetworkEngine {
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

    /// Computes a sample's objective and its gradient at the network's output.
    func forwardSample(_ sample: Int, of step: Step, slot index: Int, worker: Int) {
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
    func activationGradient(_ number: Int, slot index: Int) {
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

    func weightGradient(_ number: Int, slot: Int, worker: Int, shard: [AlignedBuffer<Float>], add: Bool) {
        let target = shard[number]
        let extra = extraGradients[worker].pointer
        timed(number, .weightGradient, worker) {
            convolutions[number].weightGradient(slot: slot, to: add ? extra : target.pointer)
        }
        if add { FloatKernels.add(extra, to: target.pointer, count: target.count) }
    }

    func dataGradient(_ number: Int, slot: Int, worker: Int) {
        timed(number, .dataGradient, worker) { convolutions[number].dataGradient(slot: slot) }
    }

    /// The backward pass of a step without parameters.
    func backward(_ step: NetworkProgram.Step, slot index: Int) {
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

    /// Computes the samples of a shard one after another, forward and backward.
    func computeShard(_ shard: Int, worker: Int) {
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

    /// Sums the gradient shards of one convolution in a fixed order.
    func sumShards(of number: Int, worker: Int) {
        guard let step = current else { return }
        let first = shards[0][number]
        for shard in 1..<max(1, step.shardCount) {
            FloatKernels.add(shards[shard][number].pointer, to: first.pointer, count: first.count)
        }
        convolutions[number].store(gradient: first.pointer, to: gradient.pointer, worker: worker)
    }
}
