import AnomalyDetection
import ContentStore
import Pipeline
import Synchronization

extension TrainingImages {
    /// The images of an index in the store.
    convenience init(_ index: TrainingIndex, _ context: TaskContext) throws {
        let entries = try index.entries.map {
            Entry(path: try context.blobPath($0.pixels), identity: $0.source.words.0)
        }
        try self.init(entries) { try AtomicFile.read($0) }
    }
}

/// Keeps the decoded training images of the last task for the next ones: training and corruption tasks of one category all
/// read the same ones.
final class TrainingImageShelf: Sendable {
    private let shelved = Mutex<[(index: Digest, images: TrainingImages)]>([])

    func images(_ input: String, _ context: TaskContext) throws -> TrainingImages {
        let digest = context.inputDigest(input)
        let known = shelved.withLock { shelved in
            shelved.removeAll { !$0.images.isReadable }
            return shelved.first { $0.index == digest }?.images
        }
        if let known { return known }
        let images = try TrainingImages(try context.readJSON(TrainingIndex.self, input), context)
        shelved.withLock { shelved in
            // Two categories may be on their way at once: the end of one and the beginning of the next.
            if shelved.count >= 2 { shelved.removeFirst() }
            shelved.append((digest, images))
        }
        return images
    }
}
