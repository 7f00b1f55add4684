import Glibc
import Host
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("System errors")
struct SystemErrorTests {
    private static let table: [(code: Int32, words: String)] = [
        (ENOENT, "check the path"), (ENOTDIR, "not a folder"), (EISDIR, "there is a folder of that name"),
        (EEXIST, "another name"), (ENOTEMPTY, "another name"), (ENAMETOOLONG, "choose a shorter path"),
        (ELOOP, "symbolic link"), (EACCES, "correct the owner or the permissions"),
        (EPERM, "correct the owner or the permissions"), (EFBIG, "ulimit -f"), (EMFILE, "ulimit -n"),
        (ENFILE, "fs.file-max"), (ENOMEM, "fewer --jobs"), (EIO, "dmesg"), (ESTALE, "check the mount"),
        (ETIMEDOUT, "check the mount"), (EBUSY, "another program is using it"), (ENOLCK, "local disk"),
        (EXDEV, "the same one"), (ENXIO, "socket or device"), (EINVAL, "use another place"),
    ]

    @Test("Every system error has the system's words and a remedy", arguments: table)
    func remedies(_ row: (code: Int32, words: String)) {
        let error = StoreError.from(errno: row.code, "open", "/place/file")
        #expect(error == .fileSystem(operation: "open", path: "/place/file", code: row.code))
        let words = unsafe String(cString: strerror(row.code))
        #expect("\(error)".hasPrefix("Cannot open /place/file: \(words)"), "\(error)")
        #expect("\(error)".contains(row.words) && "\(error)".hasSuffix("."), "\(error)")
        #expect(error.exitCode == (row.code == EMFILE || row.code == ENFILE ? 71 : 74))
    }

    @Test("A full disk, an exhausted quota and a read-only file system are distinguished")
    func shortages() {
        #expect("\(StoreError.from(errno: ENOSPC, "write", "/x"))".contains("the disk is full"))
        #expect("\(StoreError.from(errno: EDQUOT, "write", "/x"))".contains("quota is used up"))
        #expect(StoreError.from(errno: EROFS, "write", "/x") == .readOnlyFileSystem(path: "/x"))
        for code in [EACCES, EPERM, EROFS] { #expect(StoreError.from(errno: code, "write", "/x").isRefusalToWrite) }
        #expect(!StoreError.from(errno: ENOSPC, "write", "/x").isRefusalToWrite)
    }

    @Test("Only ENOENT and ENOTDIR count as absence")
    func absence() {
        for code in 1...133 as ClosedRange<Int32> {
            let error = StoreError.from(errno: code, "inspect", "/x")
            #expect(error.isAbsence == (code == ENOENT || code == ENOTDIR))
            #expect(!(error.isAbsence && error.isTransient))
        }
        for code in [ESTALE, EIO, ETIMEDOUT] { #expect(StoreError.from(errno: code, "inspect", "/x").isTransient) }
    }

    @Test("A path that cannot be inspected is an error, not absent")
    func uninspectable() throws {
        let folder = try TemporaryFolder()
        let loop = folder.path + "/loop"
        #expect(unsafe symlink(loop, loop) == 0)
        #expect(throws: StoreError.self) { try FolderOperations.exists(loop + "/file") }
        #expect(throws: StoreError.self) { try FolderOperations.isFolder(loop) }
        #expect(throws: StoreError.self) { try FileSignature(path: loop) }
        #expect(throws: StoreError.self) { try ElementFolder(loop).holds("spec.json") }
        #expect(try !FolderOperations.exists(folder.path + "/none/file"))
        #expect(try !FolderOperations.exists(String(repeating: "x", count: 300)))
        #expect(try !ElementFolder(folder.path).holds("spec.json"))
    }

    @Test("The errno in a log message of SQLite is found")
    func databaseErrors() {
        for (message, code) in [
            ("os_unix.c:44064: (24) open(/s/store.sqlite) - Too many open files", 24),
            ("os_unix.c:38345: (28) ftruncate(/s/store.sqlite-shm) - No space left on device", 28),
            ("disk I/O error", nil), ("os_unix.c:1: (x) open", nil), ("os_unix.c:1: )(", nil), ("", nil),
        ] as [(String, Int32?)] { #expect(DatabaseSystemError.code(in: message) == code, "\(message)") }
    }

    @Test("Times beyond the range of nanoseconds are clamped")
    func times() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("x", to: "file")
        for seconds in [Int.max, Int.min, 1 << 34, -(1 << 34), 253_402_300_800] {
            // The file system may store another time.
            let times = [
                timespec(tv_sec: seconds, tv_nsec: 999_999_999), timespec(tv_sec: seconds, tv_nsec: 999_999_999),
            ]
            guard unsafe utimensat(AT_FDCWD, path, times, 0) == 0 else { continue }
            let signature = try #require(try FileSignature(path: path))
            let (_, overflows) = HostClock.wallNanoseconds().subtractingReportingOverflow(signature.modifiedNanoseconds)
            #expect(!overflows)
        }
        var information = stat()
        for seconds in [Int.max, Int.min, 1 << 34, -(1 << 34)] {
            information.st_mtim = timespec(tv_sec: seconds, tv_nsec: 999_999_999)
            let time = FileSignature(information).modifiedNanoseconds
            let (_, overflows) = HostClock.wallNanoseconds().subtractingReportingOverflow(time)
            #expect(!overflows)
            #expect((time < 0) == (seconds < 0))
        }
    }
}
