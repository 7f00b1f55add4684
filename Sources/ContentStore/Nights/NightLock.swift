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
        let taken: Void? = try Waiting.attempt(limitSeconds: timeoutSeconds, pollMicroseconds: Self.pollMicroseconds) {
            [file] () throws(StoreError) -> Void? in try file.take(number) ? () : nil
        }
        guard taken != nil else {
            throw .locked(path: store, holder: "another night of \(model)", waitedSeconds: timeoutSeconds)
        }
    }
}
