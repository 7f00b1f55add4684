import ContentStore

/// One part of many of a folder of images, to be scored by a process of its own.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    public let number: Int
    public let count: Int
    static let countLimit = 100_000

    /// From text such as "3/16"; `nil` where it is no such thing.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
            (1...Self.countLimit).contains(count), (1...count).contains(number)
        else { return nil }
        (self.number, self.count) = (number, count)
    }

    init(number: Int, of count: Int) { (self.number, self.count) = (number, count) }

    public var description: String { "\(number)/\(count)" }

    /// The folder of its results, in the one that all shards share.
    public var folderName: String { "shard-\(number)-of-\(count)" }

    /// Its part of the images: as many as the others have, or one less.
    public func images(of category: SourceCategory) -> SourceCategory {
        let total = category.images.count
        var part = category
        part.images = Array(category.images[total * (number - 1) / count..<total * number / count])
        return part
    }

    /// A digest of the names of all images, by which shards of a folder that changed in between are told.
    public static func list(of category: SourceCategory) -> Digest {
        Digest.of(Array(category.images.map(\.file).joined(separator: "\n").utf8))
    }
}
