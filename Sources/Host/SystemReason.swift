import Glibc

/// Meaning of an `errno` for a user: a reason, and what to do about it.
public enum SystemReason {
    /// The system's own words. For too many open files, with the limit that was reached.
    public static func text(of code: Int32) -> String {
        let words = unsafe String(cString: strerror(code))
        return switch code {
        case EMFILE: "\(words): this process may have \(OpenFileLimit.current) (ulimit -n)"
        case ENFILE: "\(words): all that this machine may have are open (/proc/sys/fs/file-max)"
        default: words
        }
    }

    /// Reason and remedy, as a clause that follows "Cannot write to PATH: ".
    public static func sentence(_ code: Int32) -> String { "\(text(of: code)); \(remedy(code))" }

    /// What the user can do about an error. Covers every code that opening, reading, writing, listing, locking or
    /// renaming a file can give on Linux (section ERRORS of the manual pages).
    public static func remedy(_ code: Int32) -> String {
        switch code {
        case ENOENT: "check the path; something on the way to it is missing"
        case ENOTDIR: "check the path; something on the way to it is not a folder"
        case EISDIR: "there is a folder of that name; move it away or choose another name"
        case EEXIST, ENOTEMPTY: "move away what is there, or choose another name"
        case ENAMETOOLONG: "choose a shorter path or name"
        case ELOOP: "remove the symbolic link that leads back to itself"
        case EACCES, EPERM: "this user lacks permission: correct the owner or the permissions, or use another place"
        case EROFS: "the file system is mounted read-only: use a writable place"
        case ENOSPC: "free some space, or use another disk"
        case EDQUOT: "this user's quota is used up: free some space, or ask for a larger quota"
        case EFBIG:
            "the file exceeds the size limit of this process or file system: raise the limit (ulimit -f), or use another disk"
        case EMFILE: "raise the limit of open files (ulimit -n, LimitNOFILE of a service), or use fewer --jobs"
        case ENFILE: "end other programs, or raise fs.file-max"
        case ENOMEM: "end other programs, or use fewer --jobs or --threads"
        case EIO: "the disk or its server has failed: check the disk and the system's log (dmesg), then run again"
        case ESTALE, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENOTCONN, ECONNREFUSED, EREMOTEIO, ESHUTDOWN:
            "the file server does not answer: check the mount and run again"
        case EAGAIN, EBUSY, EDEADLK, ETXTBSY: "another program is using it: end that program, or run again later"
        case EINTR: "a signal interrupted it: run again"
        case ENOLCK, EOPNOTSUPP, ENOSYS: "the file system does not support this: use a folder on a local disk"
        case EXDEV: "it lies on another file system: use a folder on the same one"
        case ENXIO, ENODEV: "it is a socket or device and holds no data: move it away"
        case EINVAL: "the file system rejects that name or request: use another place"
        case EMLINK: "there are too many entries or links: use another place"
        default: "look at the system's log, and run again"
        }
    }

    /// The remedy for an error of which only the words are left, as in Foundation's errors. Only a shortage of the
    /// process or a broken disk replaces the caller's own remedy.
    ///
    /// - Parameters:
    ///   - reason: text that contains the system's words.
    ///   - usual: remedy for every other error.
    public static func remedy(for reason: String, otherwise usual: String) -> String {
        // The words of ENFILE contain those of EMFILE.
        let code = [ENFILE, EMFILE, ENOMEM, EIO].first { unsafe reason.contains(String(cString: strerror($0))) }
        return code.map(remedy) ?? usual
    }

    /// The reason why a library that does not give one could not open a file: the limit of open files, if it is
    /// reached.
    public static var exhaustion: String? { OpenFileLimit.isExhausted ? text(of: EMFILE) : nil }

    /// True if the entry certainly does not exist. Other errors prove nothing: a server that does not answer, or a
    /// broken disk, may hold it all the same.
    public static func isAbsence(_ code: Int32) -> Bool { code == ENOENT || code == ENOTDIR }

    /// True if this user can reach nothing at the path: it is absent, forbidden, or not a valid path.
    public static func isUnreachable(_ code: Int32) -> Bool {
        isAbsence(code) || [ELOOP, ENAMETOOLONG, EACCES, EPERM].contains(code)
    }

    /// True if the same request may succeed a little later: file servers restart, and lose the handles of open folders.
    public static func isTransient(_ code: Int32) -> Bool {
        [ESTALE, EIO, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENOTCONN, ECONNREFUSED, EREMOTEIO, ESHUTDOWN, EAGAIN, EINTR]
            .contains(code)
    }
}
