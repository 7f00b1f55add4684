/// What can go wrong in the store, with the facts; `description` says it in a sentence.
public enum StoreError: Error, Sendable, Equatable {
    case malformedDigest(text: String)
    case fileSystem(operation: String, path: String, code: Int32)
    case readOnlyFileSystem(path: String)
    case diskFull(path: String)
    case notARegularFile(path: String)
    case tooLarge(path: String, sizeBytes: Int, limitBytes: Int)
    case changedWhileRead(path: String)
    case unreadableSources(paths: [String], first: String)
    case notAStore(path: String, reason: String)
    case newerSchema(path: String, found: Int, supported: Int)
    case olderSchema(path: String, found: Int, current: Int)
    case locked(path: String, holder: String, waitedSeconds: Double)
    case openedReadOnly(path: String, operation: String)
    case missingBlob(Digest)
    /// `found` is nil when the disk cannot read the blob.
    case damagedBlob(Digest, found: Digest?, movedTo: String)
    case database(path: String, message: String)
    case unknownSubject(text: String, reason: String)
    case unknownModel(model: String, reason: String)
    case unknownNight(night: String, reason: String)
    case modelRefused(model: String, reason: String)
    case invalidBundle(path: String, reason: String)
    /// The user asked to stop.
    case interrupted(String)
}
