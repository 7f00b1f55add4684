import Folders
import Glibc
import Synchronization

/// Copies of blobs on a disk of this machine, so that many tasks that read one blob fetch it over the network once.
///
/// Any number of processes share the folder. Each reader gets its own hard link to a copy, so a copy that another
/// process evicts stays readable until this process ends.
public final class NodeCache: Sendable {
    /// Environment variables with the folder and the capacity in bytes.
    public static let folderVariable = "NOMINAL_NODE_CACHE"
    public static let limitVariable = "NOMINAL_NODE_CACHE_BYTES"
    public static let defaultLimitBytes = 10 << 30

    private let folder: String
    private let limitBytes: Int
    /// Folder of this process's links.
    private let own: String
    private let linked = Mutex<Set<Digest>>([])
    private let sequence = Atomic<Int>(0)
    private static let instances = Atomic<Int>(0)

    /// The size of the cache as far as this process knows. Listing the folder for every miss would cost more than the
    /// copy.
    private struct Usage: Sendable {
        /// Nil until the folder was listed for the first time.
        var totalBytes: Int?
        /// Added by this process since then. Others may have added as much.
        var addedBytes = 0
    }

    private let usage = Mutex(Usage())

    /// Bytes that this process adds between two listings, and that an eviction frees beyond the limit.
    private var slackBytes: Int { limitBytes / 16 }

    /// Throws `StoreError` if the folder cannot be written to.
    public init(folder: String, limitBytes: Int) throws {
        (self.folder, self.limitBytes) = (folder, limitBytes)
        own = "\(folder)/in-use/\(getpid())-\(Self.instances.add(1, ordering: .relaxed).newValue)"
        try FolderOperations.createAll(folder + "/blobs")
        try FolderOperations.createAll(own)
        for name in (try? FolderOperations.names(in: folder + "/in-use")) ?? [] {
            guard let process = name.split(separator: "-").first.flatMap({ pid_t($0) }), kill(process, 0) != 0,
                errno == ESRCH
            else { continue }
            // Another process may remove the same folder.
            try? FolderOperations.remove("\(folder)/in-use/\(name)")
        }
    }

    deinit { try? FolderOperations.remove(own) }

    /// The cache that the environment configures. Nil without configuration, and if the folder is unusable: a full disk
    /// of a node must not end the work. Throws `NodeCacheError` for an invalid limit.
    public static func fromEnvironment(_ environment: [String: String]) throws -> NodeCache? {
        guard let folder = environment[folderVariable], !folder.isEmpty else { return nil }
        let text = environment[limitVariable] ?? "\(defaultLimitBytes)"
        guard let limit = Int(text), limit > 0 else { throw NodeCacheError(text: text) }
        return try? NodeCache(folder: folder, limitBytes: limit)
    }

    /// The path of a verified copy, fetched from `original` on a miss. Nil if no copy can be made; the caller then
    /// reads the original.
    func path(of digest: Digest, from original: String) -> String? {
        let mine = "\(own)/\(digest.hex)"
        if linked.withLock({ $0.contains(digest) }) { return mine }
        let copy = "\(folder)/blobs/\(digest.hex)"
        if !take(copy, as: mine, digest) {
            guard let sizeBytes = fetch(digest, from: original, to: copy), take(copy, as: mine, digest) else {
                return nil
            }
            if needsListing(afterAdding: sizeBytes) { try? evict(keeping: digest) }
        }
        linked.withLock { _ = $0.insert(digest) }
        return mine
    }

    private func take(_ copy: String, as mine: String, _ digest: Digest) -> Bool {
        guard unsafe link(copy.systemPath, mine.systemPath) == 0 || errno == EEXIST else { return false }
        // The time of use: the least recently used copy is evicted first.
        unsafe utimensat(AT_FDCWD, mine.systemPath, nil, 0)
        if (try? OpenFile.reading(mine).blobDigest()) == digest { return true }
        unsafe unlink(mine.systemPath)
        unsafe unlink(copy.systemPath)
        return false
    }

    /// Copies and verifies a blob; returns its size, or nil if that failed.
    private func fetch(_ digest: Digest, from original: String, to copy: String) -> Int? {
        let temporary = "\(own)/\(sequence.add(1, ordering: .relaxed).newValue).partial"
        defer { unsafe unlink(temporary.systemPath) }
        do {
            let source = try OpenFile.reading(original)
            let sizeBytes = Int(try source.signature().sizeBytes)
            guard sizeBytes <= limitBytes else { return nil }
            try AtomicFile.copyContent(of: source, to: OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL))
            guard try OpenFile.reading(temporary).blobDigest() == digest else { return nil }
            try FolderOperations.move(temporary, to: copy)
            return sizeBytes
        } catch {
            return nil
        }
    }

    private func needsListing(afterAdding sizeBytes: Int) -> Bool {
        usage.withLock { usage in
            guard let total = usage.totalBytes else { return true }
            usage.addedBytes += sizeBytes
            return total + usage.addedBytes > limitBytes || usage.addedBytes > slackBytes
        }
    }

    /// Lists the folder; if it exceeds the limit, removes the least recently used copies, and some more than necessary.
    private func evict(keeping kept: Digest) throws {
        let folder = folder + "/blobs"
        var files: [(name: String, signature: FileSignature)] = []
        for name in try FolderOperations.names(in: folder) {
            guard let signature = try FileSignature(path: folder + "/" + name) else { continue }
            files.append((name, signature))
        }
        var total = files.reduce(0) { $0 + Int($1.signature.sizeBytes) }
        let target = total > limitBytes ? limitBytes - slackBytes : limitBytes
        files.sort { ($0.signature.modifiedNanoseconds, $0.name) < ($1.signature.modifiedNanoseconds, $1.name) }
        for (name, signature) in files where total > target && name != kept.hex {
            unsafe unlink((folder + "/" + name).systemPath)
            total -= Int(signature.sizeBytes)
        }
        usage.withLock { [total] in $0 = Usage(totalBytes: total) }
    }
}

/// An invalid capacity of the node cache.
public struct NodeCacheError: Error, CustomStringConvertible {
    let text: String

    public var description: String {
        "\(NodeCache.limitVariable) is \"\(text)\"; expected a number of bytes, such as \(NodeCache.defaultLimitBytes)"
    }
}
