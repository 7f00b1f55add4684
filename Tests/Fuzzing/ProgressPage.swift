import Glibc

/// A page of memory that outlives the process which writes to it: how far it came is known however it ended.
@safe final class ProgressPage {
    private let words: UnsafeMutablePointer<Int>

    /// - Parameter path: of a file, which is made if there is none.
    init(_ path: String) throws {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let size = 4096
        guard descriptor >= 0, ftruncate(descriptor, off_t(size)) == 0,
            let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            unsafe memory != MAP_FAILED
        else { throw FuzzError.failedToPrepare(parser: "the page of progress", reason: "\(path) cannot be mapped") }
        unsafe words = unsafe memory.bindMemory(to: Int.self, capacity: size / MemoryLayout<Int>.stride)
    }

    deinit { unsafe munmap(words, 4096) }

    /// The number of the input that is being read.
    var number: Int {
        get { unsafe words[0] }
        set { unsafe words[0] = newValue }
    }

    /// How many were read to their end.
    var executions: Int {
        get { unsafe words[1] }
        set { unsafe words[1] = newValue }
    }

    /// How many of them were taken for valid.
    var accepted: Int {
        get { unsafe words[2] }
        set { unsafe words[2] = newValue }
    }
}
