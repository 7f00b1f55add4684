import Foundation
import Glibc

/// A file that is open for reading, found by the bytes of its name.
public enum ReadableFile {
    /// Why a file cannot be opened.
    public struct Fault: Error, Hashable, Sendable {
        /// As `errno` gave it.
        public let code: Int32

        /// True where no such file is there.
        public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
        /// The system's words for the fault.
        public var reason: String { unsafe String(cString: strerror(code)) }
    }

    public static func open(_ path: String) throws(Fault) -> FileHandle {
        let descriptor = unsafe Glibc.open(path.systemPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Fault(code: errno) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// The beginning of a file, for those of limited size: one byte more than the limit shows that there is more, and endless
    /// files end there.
    ///
    /// - Throws: `Fault` where the file cannot be opened, else an error of Foundation.
    public static func prefix(of path: String, limitBytes: Int) throws -> [UInt8] {
        let file = try open(path)
        defer { try? file.close() }
        return Array(try file.read(upToCount: limitBytes + 1) ?? Data())
    }
}
