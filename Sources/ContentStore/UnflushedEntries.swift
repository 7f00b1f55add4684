import Folders
import Glibc
import Host

/// What has been named since the last flush: blobs, and the folders that got their names.
///
/// Flushed together, on many threads: the file system then writes its journal once for all of them. One after the other,
/// every file waits for a journal entry of its own, which takes ten times as long (ext4).
struct UnflushedEntries: Sendable {
    struct Blob: Sendable {
        let digest: Digest
        let file: OpenFile
        let path: String
        /// True if this process has made it. One that was there may be what others rely on.
        let isNew: Bool

        /// A new blob that cannot be flushed is removed, for its content may be lost although it can be read now: whoever needs
        /// it finds it missing, and it is made again.
        func flush() throws(StoreError) {
            do {
                try file.synchronize(named: path)
            } catch {
                if isNew { unsafe unlink(path.systemPath) }
                throw error
            }
        }
    }

    /// How many blobs wait at most, each with an open descriptor; whoever has more flushes them itself.
    static let limit = OpenFileLimit.share(of: 256)
    private static let threads = 16

    private var blobs: [Blob] = []
    private var folders: Set<String> = []

    var isFull: Bool { blobs.count >= Self.limit }

    mutating func insert(folder: String) { folders.insert(folder) }

    mutating func insert(_ blob: Blob) { blobs.append(blob) }

    /// To be called after a flush that may not have reached all folders: a later one must not rely on them.
    mutating func formUnion(folders other: UnflushedEntries) { folders.formUnion(other.folders) }

    /// Makes contents and names durable; returns the blobs whose content is not, and why a folder could not be flushed.
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
        // A thread costs less than a flush, but not nothing.
        let threads = min(Self.threads, (count + 1) / 2)
        ThreadTeam.run(count: threads, named: "flush") { thread in
            for index in stride(from: thread, to: count, by: threads) { flush(index) }
        }
        let found = failures.inspect { $0 }
        return (found.blobs, found.folder?.error)
    }
}
