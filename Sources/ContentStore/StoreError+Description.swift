import Glibc
import Host

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedDigest(let text):
            "The digest \"\(text)\" is malformed: expected 64 hexadecimal digits; take it from the store's own output."
        case .fileSystem(let operation, let path, let code):
            "Cannot \(operation) \(path): \(SystemError.text(code))."
        case .readOnlyFileSystem(let path):
            "Cannot write to \(path): it is read-only; put the store on a writable file system or open it read-only."
        case .diskFull(let path, let isQuota):
            "Cannot write to \(path): \(isQuota ? "this user's quota is used up" : "the disk is full"); free some space and run "
                + "again, finished work is kept."
        case .notARegularFile(let path):
            "\(path) is not a regular file: a folder, named pipe, socket or device is neither read nor stored; give the path of a "
                + "file, or write one of that name."
        case .changedWhileRead(let path):
            "\(path) changed while it was being read; let its writer finish and run again."
        case .tooLarge(let path, let size, let limit):
            "\(path) holds \(size) bytes, expected at most \(limit); check that it is the file that was meant."
        case .outsideFolder(let path, let target, let folder):
            "\(path) leads to \(target), outside of \(folder), the folder that was named; put the file itself there, or "
                + "allow links: \"links\": \"follow\" in the manifest's dataset, or --follow-links on the command line."
        case .linkInResults(let link, let target, let folder):
            "\(link) is a link to \(target), and results are written into \(folder) alone; remove the link, or name the "
                + "folder that it leads to as the one for results."
        case .nameLeavesFolder(let name, let folder):
            "The name \"\(name)\" of a result leads out of \(folder); expected names of folders and a file, without \"..\": "
                + "what it comes from is damaged, or was made to do harm."
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
        case .olderSchemaInUse(let path, let found, let current, let holders):
            "The store \(path) has schema version \(found), and has to be brought to version \(current) while no other program has "
                + "it open: wait for \(Self.words(holders)) to end, or end it; nominal status shows runs that are under way."
        case .locked(let path, let holder, let waited):
            "The store \(path) is locked by \(holder), still after \(waited) s: wait for that run to end, or give "
                + "--lock-timeout more seconds."
        case .openElsewhere(let path, let host, let waited):
            "The store \(path) is open on the machine \(host), and programs of one machine at a time can work with it: run this "
                + "command there, or when what runs there has ended"
                + (waited.map { "; it was waited for for \($0) s, give --lock-timeout more." } ?? ".")
        case .openedReadOnly(let path, let operation):
            "Cannot \(operation): the store \(path) was opened read-only; open it for reading and writing."
        case .missingBlob(let digest):
            "The blob \(digest) is missing from the store; run the pipeline again to recompute it."
        case .damagedBlob(let digest, let found, let movedTo):
            "The blob \(digest) is damaged, \(Self.state(found)); "
                + (movedTo.map { "it was moved to \($0)" } ?? "it stays where it is, as the store is open read-only")
                + ": run the pipeline again to recompute it, and check the disk."
        case .database(let path, let message):
            "The database of the store \(path) reported: \(message); if it repeats, check the disk and restore a copy."
        case .unknownSubject(let text, let reason):
            "\(text): \(reason); give the number of a run, the name of a task, the path of an exported file, or the first "
                + "digits of a digest."
        case .unknownModel(let model, let reason):
            "\(model): \(reason); nominal models lists what is registered."
        case .unknownCard(let model, let reason): "\(model) has no card: \(reason)."
        case .unknownNight(let night, let reason): "\(night): \(reason)."
        case .modelRefused(let model, let reason): "\(model): \(reason)."
        case .unknownBackbone(let name, let known):
            "there is no backbone \"\(name)\" in this store; "
                + (known.isEmpty
                    ? "nominal backbones add FILE adds one, and make backbone fetches one."
                    : "it has \(known.joined(separator: ", ")).")
        case .backboneRefused(let name, let reason): "the backbone \"\(name)\": \(reason)."
        case .invalidBundle(let path, let reason):
            "\(path) is not a usable bundle: \(reason); nothing was imported: get the file again from where it was "
                + "exported."
        case .noThread(let reason): "Nothing can be written to the store: \(reason)."
        case .interrupted(let operation):
            "The \(operation) was interrupted; start it again to finish it."
        }
    }

    /// The exit status a command should end with: 75 locked, 66 input missing, 65 bad data, 71 a limit of the system, 74
    /// everything else.
    public var exitCode: Int32 {
        switch self {
        case .locked, .openElsewhere, .olderSchemaInUse: 75
        case .noThread: 71
        case .fileSystem(_, _, let code) where code == EMFILE || code == ENFILE: 71
        case .unreadableSources, .unknownSubject, .unknownModel, .unknownCard, .unknownNight, .unknownBackbone:
            66
        case .modelRefused, .backboneRefused, .malformedDigest, .notARegularFile, .invalidBundle, .tooLarge,
            .outsideFolder, .nameLeavesFolder:
            65
        default: 74
        }
    }

    /// Sorts an `errno` into the cases that have a remedy of their own.
    static func from(errno code: Int32, _ operation: String, _ path: String) -> StoreError {
        switch code {
        case ENOSPC: .diskFull(path: path)
        case EDQUOT: .diskFull(path: path, isQuota: true)
        case EROFS: .readOnlyFileSystem(path: path)
        default: .fileSystem(operation: operation, path: path, code: code)
        }
    }

    /// True if what has the name of a blob cannot be one: a block of the disk cannot be read, or it is a folder, a link that
    /// leads nowhere, a pipe, a socket or a device.
    var isDefectOfBlob: Bool {
        switch self {
        case .fileSystem(_, _, let code): [EIO, ELOOP, ENXIO, ENODEV].contains(code)
        case .notARegularFile: true
        default: false
        }
    }

    /// True if a file is certainly not there; see `SystemError.isAbsence`.
    var isAbsence: Bool {
        if case .fileSystem(_, _, let code) = self { SystemError.isAbsence(code) } else { false }
    }

    /// True if trying again a little later may help; see `SystemError.isTransient`.
    package var isTransient: Bool {
        if case .fileSystem(_, _, let code) = self { SystemError.isTransient(code) } else { false }
    }

    /// True if the file, the disk or its folder may only be read.
    public var isRefusalToWrite: Bool {
        switch self {
        case .readOnlyFileSystem: true
        case .fileSystem(_, _, let code): code == EACCES || code == EPERM
        default: false
        }
    }

    static func state(_ found: Digest?) -> String {
        found.map { "its content has digest \($0)" } ?? "it cannot be read as a file"
    }

    private static func words(_ holders: [String]) -> String {
        holders.isEmpty ? "the program that has it open" : list(holders)
    }

    private static func list(_ paths: [String]) -> String {
        paths.prefix(10).joined(separator: ", ") + (paths.count > 10 ? " and \(paths.count - 10) more" : "")
    }
}
