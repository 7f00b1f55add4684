/// How large an image may be. Both limits are checked before memory is taken: a few kilobytes of a prepared file can
/// otherwise unpack to many gigabytes.
public struct DecodeLimits: Sendable, Equatable {
    /// Width times height.
    public var maximumPixels: Int
    /// Size of the file, in bytes.
    public var maximumFileBytes: Int

    public init(maximumPixels: Int = 200_000_000, maximumFileBytes: Int = 1 << 30) {
        self.maximumPixels = maximumPixels
        self.maximumFileBytes = maximumFileBytes
    }
}
