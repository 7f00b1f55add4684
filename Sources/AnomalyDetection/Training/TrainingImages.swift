import BinaryCoding
import Host
import Imaging
import SeededRandom
import Synchronization

/// The normal images that a network is trained on, read when they are needed and kept while there is room.
public final class TrainingImages: ImageSource, Sendable {
    /// One stored image.
    public struct Entry: Sendable {
        public var path: String
        /// A word of the image's digest: what its corruptions are drawn from, so that they follow the image and not its
        /// place in the list.
        public var identity: UInt64

        public init(path: String, identity: UInt64) { (self.path, self.identity) = (path, identity) }
    }

    public let entries: [Entry]
    /// Of all images, in pixels.
    public let width, height: Int
    private let cache = Mutex<[Int: PackedImage]>([:])
    private let cacheLimit: Int
    private let read: @Sendable (String) throws -> [UInt8]
    private let first: PackedImage
    /// The first error that was met when an image was read again.
    private let fault = Mutex<(any Error)?>(nil)

    /// - Parameters:
    ///   - cacheBytes: how much memory may hold decoded images.
    ///   - read: the bytes of a file.
    public init(
        _ entries: [Entry], cacheBytes: Int = ProcessResources.current.cacheBytes(atMost: 1 << 30),
        read: @escaping @Sendable (String) throws -> [UInt8]
    )
        throws
    {
        self.entries = entries
        self.read = read
        guard let first = entries.first else { fatalError("no training images") }
        let sample = try PackedImage(bytes: try read(first.path), name: first.path)
        self.first = sample
        (width, height) = (sample.width, sample.height)
        cacheLimit = max(1, cacheBytes / max(1, sample.values.count * 2))
        // Everything is read once now, so that a damaged file is an error here and not in the middle of a step.
        cache.withLock { $0[0] = sample }
        for (index, entry) in entries.enumerated().dropFirst() {
            let packed = try PackedImage(bytes: try read(entry.path), name: entry.path)
            guard packed.width == sample.width, packed.height == sample.height else {
                throw FormatError.damaged(
                    entry.path, at: 0,
                    what: "\(packed.width) x \(packed.height) pixels among images of \(sample.width) x \(sample.height)"
                )
            }
            if index < cacheLimit { cache.withLock { $0[index] = packed } }
        }
    }

    public var count: Int { entries.count }

    /// The first image in place of one that can no longer be read: augmentation and corruption ask for images where nothing
    /// can be thrown. Whoever uses what was made of them calls `requireReadable` before.
    public func image(at index: Int) -> PlanarImage {
        if let packed = cache.withLock({ $0[index] }) { return packed.image }
        let entry = entries[index]
        do {
            return try PackedImage(bytes: try read(entry.path), name: entry.path).image
        } catch {
            fault.withLock { $0 = $0 ?? error }
            return first.image
        }
    }

    /// False as soon as an image could not be read again, and from then on.
    public var isReadable: Bool { fault.withLock { $0 == nil } }

    /// Throws what kept an image from being read, so that nothing made of a stand-in becomes a result.
    public func requireReadable() throws {
        if let error = fault.withLock({ $0 }) { throw error }
    }

    /// The generator of one sample: augmentation draws first, corruption after it.
    public func generator(image: Int, variant: Int, seed: UInt64) -> SeededGenerator {
        SeededGenerator(seed: seed, stream: "sample", entries[image].identity, UInt64(variant))
    }
}
