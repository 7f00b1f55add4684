import Folders
import Glibc
import Host

/// Blobs named since the last flush, and the folders that hold them.
///
/// They are flushed together on many threads, so that the file system writes its journal once for all of them. One
/// after the other, each file waits for its own journal entry, which takes ten times as long (ext4).
struct UnflushedEntries: Sendable {
    struct Blob: Sendable {
        let digest: Digest
        let file: OpenFile
        let path: String
        /// True if this process created the blob. Other facts may depend on an existing one.
        let isNew: Bool

        /// Removes a new blob whose flush fails: it is readable now, but a power failure may lose its content. The next
        /// user finds it missing and recomputes it.
        func flush() throws(StoreError) {
            do {
                try file.synchronize(named: path)
            } catch {
                if isNew { unsafe unlink(path.systemPath) }
                throw error
            }
        }
    }

    /// The maximum number of waiting blobs, each with an open descriptor; further ones are flushed at once.
    static let limit = OpenFileLimit.share(of: 256)
    private static let threads = 16

    private var blobs: [Blob] = []
    private var folders: Set<String> = []

    var isFull: Bool { blobs.count >= Self.limit }

    mutating func insert(folder: String) { folders.insert(folder) }

    mutating func insert(_ blob: Blob) { blobs.append(blob) }

    /// Keeps folders that an earlier, failed flush may have missed.
    mutating func formUnion(folders other: UnflushedEntries) { folders.formUnion(other.folders) }

    /// Makes contents and names durable. Returns the blobs that could not be flushed, and the error of a folder.
    func flush() -> (blobs: [Digest: StoreError], folder: StoreError?) {
        let folders = folders.sorted()
        let failures = Monitor((blobs: [Digest: StoreError](), folder: (index: Int, error: StoreError)?.none))
        @Sendable func flush(_ index: Int) {
            guard index < blobs.count else {
                do throws(StoreError) {
                    try FolderOperations.synchronize(folders[index - blobs.count])
                } catch {
                    failures.inspect { failures in
                        if failures.folder.map({ $0.index > index }) ?? true { failures.folder = (index, error) }
                    }
                }
                return
            }
            do throws(StoreError) {
                try blobs[index].flush()
            } catch {
                failures.inspect { $0.blobs[blobs[index].digest] = error }
            }
        }
        let count = blobs.count + folders.count
        guard count > 0 else { return ([:], nil) }
        // Starting a thread costs less than a flush, but not nothing.
        let threads = min(Self.threads, (count + 1) / 2)
        ThreadTeam.run(count: threads, named: "flush") { thread in
            for index in stride(from: thread, to: count, by: threads) { flush(index) }
        }
        let found = failures.inspect { $0 }
        return (found.blobs, found.folder?.error)
    }
}
