import Foundation
import Host
import Imaging
import NeuralNetworks
import Tensors

/// Prepares the batches of a shard on its own threads, up to three ahead of the optimiser.
///
/// The training loop takes a batch and returns its buffer after use; the feeder refills it.
final class BatchFeeder: @unchecked Sendable {
    private let shard: CorruptionShard
    private let replay: SampleReplay
    private let parameters: TrainingParameters
    private let normalization: PixelNormalization
    private let input: NetworkInput
    private let batchCount: Int
    private let threads: Int
    /// The number of samples that one thread prepares while another trains on one: with all augmentations and noise, at
    /// a base width of 16, training takes 15 times as long in float32 and about half of that in bfloat16.
    private static let samplesPerStep = 8
    private let condition = NSCondition()
    // Guarded by the condition.
    private var free: [TrainingBatch]
    private var ready: [TrainingBatch] = []
    private var stopped = false
    private var ended = false
    /// The number of the next batch if the thread could not start, so that `take` prepares batches itself; otherwise
    /// nil.
    private var prepared: Int?

    /// - Parameter trainingThreads: the number of threads that use the batches.
    init(
        _ shard: CorruptionShard, _ images: TrainingImages, _ augmentation: Augmentation,
        _ parameters: TrainingParameters, _ normalization: PixelNormalization, _ input: NetworkInput,
        trainingThreads: Int
    ) {
        threads = min(
            parameters.batchSize, (trainingThreads + BatchFeeder.samplesPerStep - 1) / BatchFeeder.samplesPerStep)
        (self.shard, self.parameters) = (shard, parameters)
        (self.normalization, self.input) = (normalization, input)
        replay = SampleReplay(
            images: images, augmentation: augmentation, seed: parameters.seed, noise: parameters.noise)
        batchCount = shard.samples.count / parameters.batchSize
        free = (0..<3).map { _ in
            TrainingBatch(count: parameters.batchSize, height: shard.imageHeight, width: shard.imageWidth)
        }
    }

    func start() {
        do throws(HostError) {
            try WorkThread.start(named: "batch feeder") { [self] in feed() }
        } catch {
            (prepared, ended) = (0, true)
        }
    }

    /// Waits for the next batch.
    func take() -> TrainingBatch {
        condition.lock()
        defer { condition.unlock() }
        if let number = prepared {
            let batch = free.removeLast()
            fill(batch, number, WorkerPool(workerCount: 1))
            prepared = number + 1
            return batch
        }
        while ready.isEmpty { condition.wait() }
        return ready.removeFirst()
    }

    func giveBack(_ batch: TrainingBatch) {
        condition.lock()
        free.append(batch)
        condition.broadcast()
        condition.unlock()
    }

    /// Stops the thread and waits until it has ended.
    func stop() {
        condition.lock()
        stopped = true
        condition.broadcast()
        while !ended { condition.wait() }
        condition.unlock()
    }

    private func feed() {
        let pool = WorkerPool(workerCount: threads)
        defer { pool.stop() }
        for number in 0..<batchCount {
            condition.lock()
            while free.isEmpty, !stopped { condition.wait() }
            let batch = stopped ? nil : free.removeLast()
            condition.unlock()
            guard let batch else { break }
            fill(batch, number, pool)
            condition.lock()
            ready.append(batch)
            condition.broadcast()
            condition.unlock()
        }
        condition.lock()
        ended = true
        condition.broadcast()
        condition.unlock()
    }

    private func fill(_ batch: TrainingBatch, _ number: Int, _ pool: WorkerPool) {
        pool.run(parameters.batchSize) { [self] place, _ in
            let (clean, corrupted) = replay.sample(shard.samples[number * parameters.batchSize + place])
            let mask =
                clean.regionOfInterest.map { region in
                    zip(corrupted.mask, region).map { $1 == 0 ? TrainingBatch.ignored : $0 }
                } ?? corrupted.mask
            func seen(_ image: PlanarImage) -> [Float] {
                normalization.normalized(input.view(image, normalization).image.values)
            }
            batch.set(place, input: seen(corrupted.corrupted), target: seen(clean), mask: mask)
        }
    }
}
