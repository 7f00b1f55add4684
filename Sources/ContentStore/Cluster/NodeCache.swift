import Folders
import Glibc
import Synchronization

/// Copies of blobs on a disk of this machine, so that many tasks that read one blob fetch it over the network once.
///
/// Any number of processes share the folder. A reader gets a name of its own for a copy, a hard link, so that what another
/// process removes to stay within the limit stays readable until this one ends.
public final class NodeCache: Sendable {
    /// The environment variables that say where it is, and how many bytes it may hold.
    public static let folderVariable = "NOMINAL_NODE_CACHE"
    public static let limitVariable = "NOMINAL_NODE_CACHE_BYTES"
    public static let defaultLimitBytes = 10 << 30

    private let folder: String
    private let limitBytes: Int
    /// Names that this process has for what it reads.
    private let own: String
    private let linked = Mutex<Set<Digest>>([])
    private let sequence = Atomic<Int>(0)
    private static let instances = Atomic<Int>(0)

    /// Throws `StoreError` when the folder cannot be written to.
    public init(folder: String, limitBytes: Int) throws {
        (self.folder, self.limitBytes) = (folder, limitBytes)
        own = "\(folder)/in-use/\(getpid())-\(Self.instances.add(1, ordering: .relaxed).newValue)"
        try FolderOperations.createAll(folder + "/blobs")
        try FolderOperations.createAll(own)
        for name in (try? FolderOperations.names(in: folder + "/in-use")) ?? [] {
            guard let process = name.split(separator: "-").first.flatMap({ pid_t($0) }), kill(process, 0) != 0,
                errno == ESRCH
            else { continue }
            // Others may be doing the same.
            try? FolderOperations.remove("\(folder)/in-use/\(name)")
        }
    }

    deinit { try? FolderOperations.remove(own) }

    /// The cache that the environment asks for; `nil` where it does not, and where its folder cannot be used: a full disk of a
    /// node must not end the work. Throws `NodeCacheError` for a limit that is none.
    public static func fromEnvironment(_ environment: [String: String]) throws -> NodeCache? {
        guard let folder = environment[folderVariable], !folder.isEmpty else { return nil }
        let text = environment[limitVariable] ?? "\(defaultLimitBytes)"
        guard let limit = Int(text), limit > 0 else { throw NodeCacheError(text: text) }
        return try? NodeCache(folder: folder, limitBytes: limit)
    }

    /// The path of a copy whose content has been checked, made from `original` where there is none; `nil` where none can be had,
    /// and the original has to be read.
    func path(of digest: Digest, from original: String) -> String? {
        let mine = "\(own)/\(digest.hex)"
        if linked.withLock({ $0.contains(digest) }) { return mine }
        let copy = "\(folder)/blobs/\(digest.hex)"
        if !take(copy, as: mine, digest) {
            guard fetch(digest, from: original, to: copy), take(copy, as: mine, digest) else { return nil }
            try? shrink(keeping: digest)
        }
        linked.withLock { _ = $0.insert(digest) }
        return mine
    }

    private func take(_ copy: String, as mine: String, _ digest: Digest) -> Bool {
        guard unsafe link(copy.systemPath, mine.systemPath) == 0 || errno == EEXIST else { return false }
        // The time of use, by which what was not used for longest goes first.
        unsafe utimensat(AT_FDCWD, mine.systemPath, nil, 0)
        if (try? OpenFile.reading(mine).blobDigest()) == digest { return true }
        unsafe unlink(mine.systemPath)
        unsafe unlink(copy.systemPath)
        return false
    }

    private func fetch(_ digest: Digest, from original: String, to copy: String) -> Bool {
        let temporary = "\(own)/\(sequence.add(1, ordering: .relaxed).newValue).partial"
        defer { unsafe unlink(temporary.systemPath) }
        do {
            let source = try OpenFile.reading(original)
            guard try source.signature().sizeBytes <= limitBytes else { return false }
            try AtomicFile.copyContent(of: source, to: OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL))
            guard try OpenFile.reading(temporary).blobDigest() == digest else { return false }
            try FolderOperations.move(temporary, to: copy)
            return true
        } catch {
            return false
        }
    }

    /// Removes what was not used for longest until the rest is within the limit.
    private func shrink(keeping kept: Digest) throws {
        let folder = folder + "/blobs"
        var files: [(name: String, signature: FileSignature)] = []
        for name in try FolderOperations.names(in: folder) {
            guard let signature = try FileSignature(path: folder + "/" + name) else { continue }
            files.append((name, signature))
        }
        var total = files.reduce(0) { $0 + Int($1.signature.sizeBytes) }
        files.sort { ($0.signature.modifiedNanoseconds, $0.name) < ($1.signature.modifiedNanoseconds, $1.name) }
        for (name, signature) in files where total > limitBytes && name != kept.hex {
            unsafe unlink((folder + "/" + name).systemPath)
            total -= Int(signature.sizeBytes)
        }
    }
}

/// A limit of the node cache that is no number of bytes.
public struct NodeCacheError: Error, CustomStringConvertible {
    let text: String

    public var description: String {
        "\(NodeCache.limitVariable) is \"\(text)\"; expected a number of bytes, such as \(NodeCache.defaultLimitBytes)"
    }
}
