/// One process at a time works on the nights of a name.
public final class NightLock: Sendable {
    private let file: LockFile

    /// - Throws: `.locked` where another process has it, or another lock of this one.
    init(store: String, model: String) throws(StoreError) {
        file = try LockFile(StoreLocks.folder(store) + "/nights")
        // The kernel's numbers are signed.
        let number = Int64(Digest.of(Array(model.utf8)).words.0 >> 2)
        guard try file.take(number) else {
            throw .locked(path: store, holder: "another night of \(model)", waitedSeconds: 0)
        }
    }
}
