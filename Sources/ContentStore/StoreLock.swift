import Folders
import Foundation
import Glibc
import Synchronization

/// The right to write to a store, which any number of processes share: a `flock` on its file `lock`, which the kernel
/// releases when the process dies. Programs that know only version 1 of the schema take it for themselves, and leave a text in
/// the file that says who they are; so they and we wait for each other.
final class StoreLock: Sendable {
    private let descriptor: Int32
    private let isHeld = Atomic<Bool>(true)

    /// Waits up to `timeoutSeconds` for the lock. `onWait` is called once, with the holder, before waiting.
    init(store: String, timeoutSeconds: Double, onWait: (String) -> Void) throws(StoreError) {
        let path = store + "/lock"
        descriptor = unsafe open(path.systemPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .from(errno: errno, "open", path) }
        let taken: Void? = try Waiting.attempt(
            limitSeconds: timeoutSeconds, pollMicroseconds: 20_000, onWait: { onWait(Self.holder(path)) }
        ) { () throws(StoreError) -> Void? in
            if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return () }
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                release()
                throw .from(errno: code, "lock", path)
            }
            return nil
        }
        guard taken != nil else {
            release()
            throw .locked(path: store, holder: Self.holder(path), waitedSeconds: timeoutSeconds)
        }
    }

    deinit { release() }

    /// Lets the next process in. Doing it twice is harmless.
    func release() {
        if isHeld.exchange(false, ordering: .acquiringAndReleasing) { close(descriptor) }
    }

    /// The other processes of this machine that have a store open for writing, in words, by number; empty where the kernel does not
    /// say.
    static func holders(store: String) -> [String] {
        guard let inode = try? FileSignature(path: store + "/lock")?.inode,
            let bytes = try? OpenFile.reading("/proc/locks").readAll()
        else { return [] }
        var numbers: Set<Int32> = []
        // 3: FLOCK  ADVISORY  READ 4711 fd:00:1573 0 EOF
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", let number = Int32(fields[4]), number > 0, number != getpid(),
                fields[5].split(separator: ":").last.flatMap({ Int64($0) }) == Int64(inode)
            else { continue }
            numbers.insert(number)
        }
        return numbers.sorted().map { number in
            let command = (try? OpenFile.reading("/proc/\(number)/cmdline").readAll()) ?? []
            let words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
            return "process \(number)" + (words.isEmpty ? "" : " (\(words.prefix(200)))")
        }
    }

    private static func holder(_ path: String) -> String {
        let bytes = try? OpenFile.reading(path).readAll()
        let text = String(decoding: bytes ?? [], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? "another process" : text
    }
}
