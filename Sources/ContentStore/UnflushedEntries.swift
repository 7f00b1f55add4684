import Glibc

/// What has been written and named since the last flush: blobs, and the folders that got their names.
///
/// Flushed together, on many threads: the file system then writes its journal once for all of them. One after the other,
/// every file waits for a journal entry of its own, which takes ten times as long (ext4).
struct UnflushedEntries: Sendable {
    private struct Blob: Sendable {
        let file: OpenFile
        let path: String
    }

    /// Descriptors that stay open at most; whoever has more flushes them itself.
    static let limit = 256
    private static let threads = 16

    private var blobs: [Blob] = []
    private var folders: Set<String> = []

    var isFull: Bool { blobs.count >= Self.limit }

    mutating func insert(folder: String) { folders.insert(folder) }

    mutating func insert(_ file: OpenFile, at path: String) { blobs.append(Blob(file: file, path: path)) }

    /// To be called with those that a failed flush may not have reached: a later one must not rely on them.
    mutating func formUnion(folders other: UnflushedEntries) { folders.formUnion(other.folders) }

    /// Makes contents and names durable. A blob that cannot be flushed is removed, so that nothing relies on it: a fact that
    /// names it all the same finds it missing, and it is made again.
    func flush() throws(StoreError) {
        let folders = folders.sorted()
        let failures = Monitor<[(index: Int, error: StoreError)]>([])
        @Sendable func flush(_ index: Int) {
            do throws(StoreError) {
                guard index < blobs.count else { return try FolderOperations.synchronize(folders[index - blobs.count]) }
                try blobs[index].file.synchronize(named: blobs[index].path)
            } catch {
                if index < blobs.count { unsafe unlink(blobs[index].path) }
                failures.inspect { $0.append((index, error)) }
            }
        }
        let count = blobs.count + folders.count
        if count == 0 { return }
        // A thread costs less than a flush, but not nothing.
        let threads = min(Self.threads, (count + 1) / 2)
        ThreadTeam.run(count: threads, named: "flush") { thread in
            for index in stride(from: thread, to: count, by: threads) { flush(index) }
        }
        if let first = failures.inspect({ $0.min { $0.index < $1.index } }) { throw first.error }
    }
}
