/// The identity of a binary format: what stands in front of every file of it.
public struct FileFormat: Sendable, Equatable {
    /// Eight ASCII characters.
    public let magic: String
    /// Raised whenever the meaning of a byte changes; older versions that can still be read are listed where it is defined.
    public let version: Int

    public init(magic: String, version: Int) {
        guard magic.utf8.count == 8 else { fatalError("the magic word \(magic) is not eight characters long") }
        self.magic = magic
        self.version = version
    }
}
