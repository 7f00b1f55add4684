import Tensors

extension NetworkEngine {
    /// An estimate of an engine's memory in bytes: what all threads share, and what each thread needs.
    ///
    /// - Parameters:
    ///   - height, width: The size of the images; multiples of the network's `sizeMultiple`.
    ///   - batchSize: The samples of a training step; 0 for an engine that only reconstructs.
    public static func memory(
        _ kind: Kind, network: NetworkDescription, height: Int, width: Int, precision: Precision, batchSize: Int
    ) -> (shared: Int, thread: Int) {
        let isTraining = batchSize > 0
        let program = NetworkProgram(
            network, height: height, width: width, purpose: isTraining ? .training : .inference,
            block: kind == .onednn ? OneDNN.blockSize : 1, elementBytes: precision.bytes)
        let float = MemoryLayout<Float>.size
        // Each kernel has its own layouts of the weights, of up to four times their size for each direction. Training
        // adds the optimiser's state, and a gradient for each shard of the batch and for each thread.
        let copies = 12 + (isTraining ? 6 + min(batchSize, gradientShardCount) : 0)
        // Samples being trained on and made: input, target and mask.
        let samples = 3 * batchSize * height * width * (2 * network.inputChannels * float + 1)
        let scratch = (isTraining ? 2 : 1) * (4 << 20)
        return (
            network.parameterCount * float * copies + samples,
            program.arenaBytes + scratch + (isTraining ? network.parameterCount * float : 0)
        )
    }
}
