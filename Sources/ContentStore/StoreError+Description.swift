import Glibc

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedDigest(let text):
            "The digest \"\(text)\" is malformed: expected 64 hexadecimal digits; take it from the store's own output."
        case .fileSystem(let operation, let path, let code):
            "Cannot \(operation) \(path): \(Self.text(of: code)); check that it exists and that this user may do so."
        case .readOnlyFileSystem(let path):
            "Cannot write to \(path): it is read-only; put the store on a writable file system or open it read-only."
        case .diskFull(let path):
            "Cannot write to \(path): the disk is full; free some space and run again, finished work is kept."
        case .notARegularFile(let path):
            "\(path) is not a regular file: a link, folder or device cannot be stored; write a file of that name."
        case .tooLarge(let path, let size, let limit):
            "\(path) has \(size) bytes, at most \(limit) are read of such a file; check that it is the right one."
        case .changedWhileRead(let path):
            "\(path) changed while it was being read; let its writer finish and run again."
        case .unreadableSources(let paths, let first):
            "\(paths.count) input file(s) cannot be read: \(Self.list(paths)); the first one because: \(first)"
        case .notAStore(let path, let reason):
            "\(path) is not a usable store: \(reason); give the path of a store or remove the damaged one."
        case .newerSchema(let path, let found, let supported):
            "The store \(path) has schema version \(found), this program knows versions up to \(supported): "
                + "use the newer program that wrote it."
        case .olderSchema(let path, let found, let current):
            "The store \(path) has schema version \(found), this program reads version \(current): the next command that "
                + "writes to it, such as nominal run, brings it up to date and keeps what is in it."
        case .locked(let path, let holder, let waited):
            "The store \(path) is locked by \(holder), still after \(waited) s: wait for that run to end, or give "
                + "--lock-timeout more seconds."
        case .openedReadOnly(let path, let operation):
            "Cannot \(operation): the store \(path) was opened read-only; open it for reading and writing."
        case .missingBlob(let digest):
            "The blob \(digest) is missing from the store; run the pipeline again to recompute it."
        case .damagedBlob(let digest, let found, let movedTo):
            "The blob \(digest) is damaged, \(Self.state(found)); it was moved to \(movedTo): run the "
                + "pipeline again to recompute it, and check the disk."
        case .database(let path, let message):
            "The database of the store \(path) reported: \(message); if it repeats, check the disk and restore a copy."
        case .unknownSubject(let text, let reason):
            "\(text): \(reason); give the number of a run, the name of a task, the path of an exported file, or the first "
                + "digits of a digest."
        case .unknownModel(let model, let reason):
            "\(model): \(reason); nominal models lists what is registered."
        case .unknownNight(let night, let reason): "\(night): \(reason)."
        case .modelRefused(let model, let reason): "\(model): \(reason)."
        case .invalidBundle(let path, let reason):
            "\(path) is not a usable bundle: \(reason); nothing was imported: get the file again from where it was "
                + "exported."
        case .interrupted(let operation):
            "The \(operation) was interrupted; start it again to finish it."
        }
    }

    /// The exit status a command should end with: 75 locked, 66 input missing, 65 bad data, 74 everything else.
    public var exitCode: Int32 {
        switch self {
        case .locked: 75
        case .unreadableSources, .unknownSubject, .unknownModel, .unknownNight: 66
        case .modelRefused, .malformedDigest, .notARegularFile, .tooLarge, .invalidBundle: 65
        default: 74
        }
    }

    /// Sorts an `errno` into the cases that have a remedy of their own.
    static func from(errno code: Int32, _ operation: String, _ path: String) -> StoreError {
        switch code {
        case ENOSPC, EDQUOT: .diskFull(path: path)
        case EROFS: .readOnlyFileSystem(path: path)
        default: .fileSystem(operation: operation, path: path, code: code)
        }
    }

    /// Whether a block of the disk cannot be read.
    var isDefectOfTheDisk: Bool {
        if case .fileSystem(_, _, let code) = self { code == EIO } else { false }
    }

    static func state(_ found: Digest?) -> String {
        found.map { "its content has digest \($0)" } ?? "the disk cannot read it"
    }

    private static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }

    private static func list(_ paths: [String]) -> String {
        paths.prefix(10).joined(separator: ", ") + (paths.count > 10 ? " and \(paths.count - 10) more" : "")
    }
}
