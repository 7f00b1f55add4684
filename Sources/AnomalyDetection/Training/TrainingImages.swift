import BinaryCoding
import Host
import Imaging
import SeededRandom
import Synchronization

/// The normal images of a training set, read on demand and cached up to a memory limit.
public final class TrainingImages: ImageSource, Sendable {
    /// A stored image.
    public struct Entry: Sendable {
        public var path: String
        /// The file of the mask of the image's region of interest; nil if all pixels count.
        public var region: String?
        /// A word of the image's digest. It seeds the image's corruptions, which therefore do not depend on its index.
        public var identity: UInt64

        public init(path: String, region: String? = nil, identity: UInt64) {
            (self.path, self.region, self.identity) = (path, region, identity)
        }
    }

    public let entries: [Entry]
    /// The side in pixels of the squares over which stored images are averaged.
    private let reduction: Int
    /// The common size of the images in pixels, after that.
    public let width, height: Int
    private let cache = Mutex<[Int: PackedImage]>([:])
    private let cacheLimit: Int
    private let read: @Sendable (String) throws -> [UInt8]
    private let first: PackedImage
    /// The regions of interest by file, at the images' size. Images often share one.
    private let regions: [String: [UInt8]]
    /// The first error while reading an image again.
    private let fault = Mutex<(any Error)?>(nil)

    /// - Parameters:
    ///   - reducedSize: the wanted size in pixels. Stored images of twice or four times that size are averaged; others
    ///     stay as they are.
    ///   - cacheBytes: the maximum memory for decoded images.
    ///   - read: returns the bytes of a file.
    public init(
        _ entries: [Entry], reducedSize: (width: Int, height: Int)? = nil,
        cacheBytes: Int = ProcessResources.current.cacheBytes(atMost: 1 << 26),
        read: @escaping @Sendable (String) throws -> [UInt8]
    )
        throws
    {
        self.entries = entries
        self.read = read
        guard let first = entries.first else { fatalError("no training images") }
        let stored = try PackedImage(bytes: try read(first.path), name: first.path)
        let reduction = reducedSize.flatMap { size in
            AutoencoderPayload.reductions.first {
                (stored.width, stored.height) == (size.width * $0, size.height * $0)
            }
        }
        self.reduction = reduction ?? 1
        let sample = stored.reduced(by: self.reduction)
        self.first = sample
        (width, height) = (sample.width, sample.height)
        cacheLimit = max(1, cacheBytes / max(1, sample.values.count * 2))
        var regions: [String: [UInt8]] = [:]
        for path in entries.compactMap(\.region) where regions[path] == nil {
            let mask = try Mask.decode(bytes: try read(path), name: path)
            guard (mask.width, mask.height) == (stored.width, stored.height) else {
                throw FormatError.damaged(
                    path,
                    what: "a region of \(mask.width) x \(mask.height) pixels for images of \(stored.width) x "
                        + "\(stored.height)")
            }
            regions[path] = mask.eroded(width: sample.width, height: sample.height).values
        }
        self.regions = regions
        // Reads every file once, so that a damaged one fails here and not during a step.
        cache.withLock { $0[0] = sample }
        for (index, entry) in entries.enumerated().dropFirst() {
            let packed = try PackedImage(bytes: try read(entry.path), name: entry.path)
            guard packed.width == stored.width, packed.height == stored.height else {
                throw FormatError.damaged(
                    entry.path,
                    what: "\(packed.width) x \(packed.height) pixels among images of \(stored.width) x \(stored.height)"
                )
            }
            if index < cacheLimit { cache.withLock { $0[index] = packed.reduced(by: self.reduction) } }
        }
    }

    public var count: Int { entries.count }

    /// The image at an index, or the first image if it can no longer be read, because `ImageSource` cannot throw. Call
    /// `requireReadable` before using any result.
    public func image(at index: Int) -> PlanarImage {
        packed(at: index).image.restricted(to: entries[index].region.flatMap { regions[$0] })
    }

    private func packed(at index: Int) -> PackedImage {
        if let packed = cache.withLock({ $0[index] }) { return packed }
        let entry = entries[index]
        do {
            return try PackedImage(bytes: try read(entry.path), name: entry.path).reduced(by: reduction)
        } catch {
            fault.withLock { $0 = $0 ?? error }
            return first
        }
    }

    /// False once an image could not be read again.
    public var isReadable: Bool { fault.withLock { $0 == nil } }

    /// Throws the first read error, so that no result contains a substitute image.
    public func requireReadable() throws {
        if let error = fault.withLock({ $0 }) { throw error }
    }

    /// The generator of a sample, first for augmentation and then for corruption.
    public func generator(image: Int, variant: Int, seed: UInt64) -> SeededGenerator {
        SeededGenerator(seed: seed, stream: "sample", entries[image].identity, UInt64(variant))
    }
}
