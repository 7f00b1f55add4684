/// Two threads per sample, for engines with more threads than shards of a batch.
extension NetworkEngine {
    /// Computes the shards with more threads than shards: of each convolution, one thread computes the data gradient
    /// and another the weight gradient. All threads wait after each step of the program.
    func runPairs() {
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

    /// The forward pass of one sample in work.
    func computeForward(slot: Int, worker: Int) {
        guard let step = current else { return }
        forwardSample(step.samples.lowerBound + slot, of: step, slot: slot, worker: worker)
        prepareConvolution(before: step.place, slot: slot)
    }

    /// The backward pass of a step without parameters, of one sample in work.
    func computeSingle(slot: Int) {
        guard let step = current else { return }
        backward(program.steps[step.place], slot: slot)
        prepareConvolution(before: step.place, slot: slot)
    }

    /// One gradient of a convolution: the first half of the pieces are data gradients, the other weight gradients.
    func computePair(_ piece: Int, worker: Int) {
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
}
