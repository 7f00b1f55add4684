import Glibc
import Host
import Wording

/// Errors of the store. The payload holds the facts, `description` the wording.
public enum StoreError: Error, Sendable, Equatable {
    case malformedDigest(text: String)
    case fileSystem(operation: String, path: String, code: Int32)
    case readOnlyFileSystem(path: String)
    /// No space is left; with `isQuota`, this user's quota is used up.
    case diskFull(path: String, isQuota: Bool = false)
    case notARegularFile(path: String)
    case changedWhileRead(path: String)
    case tooLarge(path: String, sizeBytes: Int, limitBytes: Int)
    /// An input file outside the folder that it must lie in.
    case outsideFolder(path: String, target: String, folder: String)
    /// A link in a results folder, in place of a folder.
    case linkInResults(link: String, target: String, folder: String)
    /// An output name that would leave its folder.
    case nameLeavesFolder(name: String, folder: String)
    case unreadableSources(paths: [String], first: String)
    case notAStore(path: String, reason: String)
    /// The store has another schema version than this program.
    case otherSchema(path: String, found: Int, expected: Int)
    case locked(path: String, holder: String, waitedSeconds: Double)
    /// Programs of another machine have the store open. `waitedSeconds` is nil if it was opened read-only, which never
    /// waits.
    case openElsewhere(path: String, host: String, waitedSeconds: Double?)
    case openedReadOnly(path: String, operation: String)
    case missingBlob(Digest)
    /// `found` is nil if the blob is unreadable as a file; `movedTo` is nil if it was left in place because the store
    /// is read-only.
    case damagedBlob(Digest, found: Digest?, movedTo: String?)
    case database(path: String, message: String)
    case unknownSubject(text: String, reason: String)
    case invalidBundle(path: String, reason: String)
    /// The committing thread cannot be started. The reason is a whole sentence.
    case noThread(String)
    /// The user interrupted the operation.
    case interrupted(String)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedDigest(let text):
            "The digest \"\(text)\" is malformed: expected 64 hexadecimal digits; take it from the store's own output."
        case .fileSystem(let operation, let path, let code):
            "Cannot \(operation) \(path): \(SystemReason.sentence(code))."
        case .readOnlyFileSystem(let path):
            "Cannot write to \(path): it is read-only; put the store on a writable file system or open it read-only."
        case .diskFull(let path, let isQuota):
            "Cannot write to \(path): \(isQuota ? "this user's quota is used up" : "the disk is full"); free some space and run "
                + "again, finished work is kept."
        case .notARegularFile(let path):
            "\(path) is not a regular file: folders, named pipes, sockets and devices cannot be stored; give the path of a "
                + "file, or write a file of that name."
        case .changedWhileRead(let path):
            "\(path) changed while it was being read; let its writer finish and run again."
        case .tooLarge(let path, let size, let limit):
            "\(path) holds \(size) bytes, expected at most \(limit); check that this is the intended file."
        case .outsideFolder(let path, let target, let folder):
            "\(path) leads to \(target), outside the folder \(folder); put the file itself there, or "
                + "allow links: \"links\": \"follow\" in the manifest's dataset, or --follow-links on the command line."
        case .linkInResults(let link, let target, let folder):
            "\(link) is a link to \(target), outside the results folder \(folder); remove the link, or give the "
                + "folder that it leads to as the results folder."
        case .nameLeavesFolder(let name, let folder):
            "The name \"\(name)\" leads out of the results folder \(folder); expected a relative path without \"..\"; "
                + "its source is damaged or malicious."
        case .unreadableSources(let paths, let first):
            "\(counted(paths.count, "input file")) cannot be read: \(paths.listed(atMost: 10)); the first error: \(first)"
        case .notAStore(let path, let reason):
            "\(path) is not a usable store: \(reason); give the path of a store or remove the damaged one."
        case .otherSchema(let path, let found, let expected):
            "The store \(path) has schema version \(found), expected \(expected): use another --store or remove this one."
        case .locked(let path, let holder, let waited):
            "The store \(path) is locked by \(holder), after waiting \(waited) s; wait for that process to end, or give "
                + "--lock-timeout more seconds."
        case .openElsewhere(let path, let host, let waited):
            "The store \(path) is open on the machine \(host), and only one machine at a time can use it; run this "
                + "command there, or after the programs there have ended"
                + (waited.map { "; timed out after \($0) s, give --lock-timeout more." } ?? ".")
        case .openedReadOnly(let path, let operation):
            "Cannot \(operation): the store \(path) was opened read-only; open it for reading and writing."
        case .missingBlob(let digest):
            "The blob \(digest) is missing from the store; run the pipeline again to recompute it."
        case .damagedBlob(let digest, let found, let movedTo):
            "The blob \(digest) is damaged, \(Self.state(found)); "
                + (movedTo.map { "it was moved to \($0)" }
                    ?? "it was left in place, because the store is open read-only")
                + "; run the pipeline again to recompute it, and check the disk."
        case .database(let path, let message):
            "The database of the store \(path) reported: \(message); if this repeats, check the disk and restore a backup."
        case .unknownSubject(let text, let reason):
            "\(text): \(reason); give the number of a run, the name of a task, the path of an exported file, or the first "
                + "digits of a digest."
        case .invalidBundle(let path, let reason):
            "\(path) is not a usable bundle: \(reason); nothing was imported; copy the file again from where it was "
                + "exported."
        case .noThread(let reason): "The store needs a thread: \(reason)."
        case .interrupted(let operation):
            "The \(operation) was interrupted; start it again to finish it."
        }
    }

    /// The exit status for a command: 75 locked, 66 input missing, 65 invalid data, 71 system limit, 74 everything
    /// else.
    public var exitCode: Int32 {
        switch self {
        case .locked, .openElsewhere: 75
        case .noThread: 71
        case .fileSystem(_, _, let code) where code == EMFILE || code == ENFILE: 71
        case .unreadableSources, .unknownSubject: 66
        case .malformedDigest, .notARegularFile, .invalidBundle, .tooLarge,
            .outsideFolder, .nameLeavesFolder:
            65
        default: 74
        }
    }

    /// Maps an `errno` to the case that has a remedy of its own, if there is one.
    static func from(errno code: Int32, _ operation: String, _ path: String) -> StoreError {
        switch code {
        case ENOSPC: .diskFull(path: path)
        case EDQUOT: .diskFull(path: path, isQuota: true)
        case EROFS: .readOnlyFileSystem(path: path)
        default: .fileSystem(operation: operation, path: path, code: code)
        }
    }

    /// True if the file at a blob's path cannot be a blob: an unreadable disk block, a folder, a dangling link, a pipe,
    /// a socket or a device.
    var isDefectOfBlob: Bool {
        switch self {
        case .fileSystem(_, _, let code): [EIO, ELOOP, ENXIO, ENODEV].contains(code)
        case .notARegularFile: true
        default: false
        }
    }

    /// True if a file certainly does not exist; see `SystemReason.isAbsence`.
    var isAbsence: Bool {
        if case .fileSystem(_, _, let code) = self { SystemReason.isAbsence(code) } else { false }
    }

    /// True if a retry may help; see `SystemReason.isTransient`.
    package var isTransient: Bool {
        if case .fileSystem(_, _, let code) = self { SystemReason.isTransient(code) } else { false }
    }

    /// True if the file, its folder or the disk is read-only for this user.
    public var isRefusalToWrite: Bool {
        switch self {
        case .readOnlyFileSystem: true
        case .fileSystem(_, _, let code): code == EACCES || code == EPERM
        default: false
        }
    }

    static func state(_ found: Digest?) -> String {
        found.map { "its content has digest \($0)" } ?? "it is unreadable as a file"
    }
}
