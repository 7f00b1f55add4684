/// What can go wrong in the store, with the facts; `description` says it in a sentence.
public enum StoreError: Error, Sendable, Equatable {
    case malformedDigest(text: String)
    case fileSystem(operation: String, path: String, code: Int32)
    case readOnlyFileSystem(path: String)
    /// No space is left; with `isQuota`, for this user.
    case diskFull(path: String, isQuota: Bool = false)
    case notARegularFile(path: String)
    case changedWhileRead(path: String)
    case tooLarge(path: String, sizeBytes: Int, limitBytes: Int)
    /// A file that was to be read in a folder, and lies elsewhere.
    case outsideFolder(path: String, target: String, folder: String)
    /// A link in a folder of results, where a folder was to be.
    case linkInResults(link: String, target: String, folder: String)
    /// A name of a result that would lead out of its folder.
    case nameLeavesFolder(name: String, folder: String)
    case unreadableSources(paths: [String], first: String)
    case notAStore(path: String, reason: String)
    case newerSchema(path: String, found: Int, supported: Int)
    case olderSchema(path: String, found: Int, current: Int)
    /// A store of an earlier version that others have open; `holders` in words, as far as they are known.
    case olderSchemaInUse(path: String, found: Int, current: Int, holders: [String])
    case locked(path: String, holder: String, waitedSeconds: Double)
    /// Programs of another machine have the store open; `waitedSeconds` is `nil` where it was only to be read, and nothing waits.
    case openElsewhere(path: String, host: String, waitedSeconds: Double?)
    case openedReadOnly(path: String, operation: String)
    case missingBlob(Digest)
    /// `found` is nil when the blob cannot be read as a file, `movedTo` where it stays because this process may only read.
    case damagedBlob(Digest, found: Digest?, movedTo: String?)
    case database(path: String, message: String)
    case unknownSubject(text: String, reason: String)
    case unknownModel(model: String, reason: String)
    case unknownCard(model: String, reason: String)
    case unknownNight(night: String, reason: String)
    case modelRefused(model: String, reason: String)
    case unknownBackbone(name: String, known: [String])
    case backboneRefused(name: String, reason: String)
    case invalidBundle(path: String, reason: String)
    /// The thread that writes cannot be started; the reason is a whole sentence.
    case noThread(String)
    /// The user asked to stop.
    case interrupted(String)
}
