import Glibc

/// One process at a time works on the nights of a name.
public final class NightLock: Sendable {
    private static let pollMicroseconds: UInt32 = 100_000

    private let file: LockFile

    /// - Throws: `.locked` where another process has it, or another lock of this one, still after the time.
    init(store: String, model: String, timeoutSeconds: Double) throws(StoreError) {
        file = try LockFile(StoreLocks.folder(store) + "/nights")
        // The kernel's numbers are signed.
        let number = Int64(Digest.of(text: model).words.0 >> 2)
        var waited = 0.0
        while try !file.take(number) {
            guard waited < timeoutSeconds else {
                throw .locked(path: store, holder: "another night of \(model)", waitedSeconds: timeoutSeconds)
            }
            usleep(Self.pollMicroseconds)
            waited += Double(Self.pollMicroseconds) / 1e6
        }
    }
}
