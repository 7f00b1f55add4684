import AnomalyDetection
import ContentStore
import Pipeline
import Synchronization

extension TrainingImages {
    /// The images of an index in the store.
    convenience init(_ index: ImageIndex, _ context: TaskContext) throws {
        let entries = try index.entries.compactMap { entry in
            try entry.pixels.map { Entry(path: try context.blobPath($0), identity: entry.source.words.0) }
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
        if let known = shelved.withLock({ $0.first { $0.index == digest }?.images }) { return known }
        let images = try TrainingImages(try context.readJSON(ImageIndex.self, input), context)
        shelved.withLock { shelved in
            // Two categories may be on their way at once: the end of one and the beginning of the next.
            if shelved.count >= 2 { shelved.removeFirst() }
            shelved.append((digest, images))
        }
        return images
    }
}
