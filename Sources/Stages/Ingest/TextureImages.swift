import AnomalyDetection
import ContentStore
import Host
import Imaging
import Pipeline
import Synchronization

/// Ingested textures, loaded from the store on demand. The most recently loaded ones are cached up to a memory limit.
final class TextureImages: ImageSource {
    /// The cache's memory limit, in bytes.
    static let keptBytes = 256 << 20

    private struct Kept {
        var textures: [Int: PackedImage] = [:]
        /// Cached indices, oldest first.
        var order: [Int] = []
        var bytes = 0
        /// The first error of a read.
        var failure: (any Error)?
    }

    private let digests: [Digest]
    private let context: TaskContext
    private let limitBytes: Int
    private let kept = Mutex(Kept())

    init(
        _ digests: [Digest], _ context: TaskContext,
        limitBytes: Int = ProcessResources.current.cacheBytes(atMost: TextureImages.keptBytes)
    ) {
        (self.digests, self.context, self.limitBytes) = (digests, context, limitBytes)
    }

    var count: Int { digests.count }

    /// Returns a black image if the texture cannot be read, because a corruption cannot throw; `requireReadable`
    /// reports the error.
    func image(at index: Int) -> PlanarImage {
        if let texture = kept.withLock({ $0.textures[index] }) { return texture.image }
        do {
            let digest = digests[index]
            let texture = try PackedImage(bytes: try context.blob(digest), name: "texture \(digest.short)")
            keep(texture, index)
            return texture.image
        } catch {
            kept.withLock { $0.failure = $0.failure ?? error }
            return PlanarImage(width: 1, height: 1, channels: 3, repeating: 0)
        }
    }

    /// Call this before using anything made from textures.
    ///
    /// - Throws: the error of a failed read.
    func requireReadable() throws {
        if let failure = kept.withLock({ $0.failure }) { throw failure }
    }

    private func keep(_ texture: PackedImage, _ index: Int) {
        func bytes(_ texture: PackedImage) -> Int { texture.values.count * MemoryLayout<UInt16>.stride }
        kept.withLock { kept in
            guard kept.textures.updateValue(texture, forKey: index) == nil else { return }
            kept.order.append(index)
            kept.bytes += bytes(texture)
            while kept.bytes > limitBytes, let oldest = kept.order.first {
                kept.order.removeFirst()
                if let gone = kept.textures.removeValue(forKey: oldest) { kept.bytes -= bytes(gone) }
            }
        }
    }
}
