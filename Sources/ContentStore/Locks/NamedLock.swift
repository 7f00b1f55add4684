import Host

/// The exclusive right to work on something with a name, until the object or its process is gone.
public final class NamedLock: Sendable {
    private static let pollMicroseconds: UInt32 = 100_000

    private let file: LockFile

    /// Waits up to `timeoutSeconds` for another holder.
    ///
    /// - Parameters:
    ///   - kind: file in the folder of locks that holds the locks of all names of one kind.
    ///   - holder: description of another holder, for the error.
    /// - Throws: `.locked`.
    package init(
        _ name: String, kind: String, holder: String, in store: ContentStore, timeoutSeconds: Double
    ) throws(StoreError) {
        file = try LockFile(StoreLocks.folder(store.path) + "/" + kind)
        // The kernel's numbers are signed.
        let number = Int64(Digest.of(text: name).words.0 >> 2)
        let taken: Void? = try Waiting.attempt(limitSeconds: timeoutSeconds, pollMicroseconds: Self.pollMicroseconds) {
            [file] () throws(StoreError) -> Void? in try file.take(number) ? () : nil
        }
        guard taken != nil else {
            throw .locked(path: store.path, holder: holder, waitedSeconds: timeoutSeconds)
        }
    }
}
