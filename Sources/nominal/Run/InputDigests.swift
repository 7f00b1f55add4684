import Console
import ContentStore
import Folders

extension StoreOptions {
    /// The digests of input files for a preview, which creates no store: those that the store remembers, and others
    /// from their contents.
    ///
    /// - Parameter store: Nil before the first run.
    func inputDigests(
        _ paths: [String], _ store: ContentStore?, in folders: [NamedFolder] = [], threads: Int, verifyContent: Bool
    ) throws -> [Digest] {
        guard let store else { return try paths.map { try Digest.of(filePath: $0) } }
        return try store.sourceDigests(paths: paths, in: folders, threads: threads, verifyContent: verifyContent)
    }
}
