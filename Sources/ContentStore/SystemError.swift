import Glibc
import Host

/// What a failed system call means to a user: the system's own words, and a remedy for each `errno` that has one.
enum SystemError {
    /// A clause that follows "Cannot write to PATH: ".
    static func text(_ code: Int32) -> String { "\(SystemReason.text(of: code)); \(remedy(code))" }

    /// Every code is here that opening, reading, writing, listing, locking or renaming can give on Linux (section ERRORS of the
    /// manual pages); any other one is reported with the system's words alone.
    static func remedy(_ code: Int32) -> String {
        switch code {
        case ENOENT: "check the path; something on the way to it is missing"
        case ENOTDIR: "check the path; something on the way to it is not a folder"
        case EISDIR: "there is a folder of that name; move it away or choose another name"
        case EEXIST, ENOTEMPTY: "move away what is there, or choose another name"
        case ENAMETOOLONG: "choose a shorter path or name"
        case ELOOP: "remove the symbolic link that leads back to itself"
        case EACCES, EPERM:
            "this user may not do so: correct the owner or the permissions, or use another place"
        case EROFS: "the file system is mounted read-only: use a writable place"
        case ENOSPC: "free some space, or use another disk"
        case EDQUOT: "this user's quota is used up: free some space, or ask for a larger quota"
        case EFBIG:
            "the file would be larger than this process or file system allows: raise the limit (ulimit -f), or use another disk"
        case EMFILE: "raise the limit with ulimit -n, or use fewer --jobs"
        case ENFILE: "end other programs, or raise fs.file-max"
        case ENOMEM: "end other programs, or use fewer --jobs or --threads"
        case EIO: "the disk or its server has failed: look at the system's log (dmesg) and run again"
        case ESTALE, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENOTCONN, ECONNREFUSED, EREMOTEIO, ESHUTDOWN:
            "the file server does not answer: check the mount and run again"
        case EAGAIN, EBUSY, EDEADLK, ETXTBSY: "another program is using it: end that program, or run again later"
        case EINTR: "a signal interrupted it: run again"
        case ENOLCK, EOPNOTSUPP, ENOSYS:
            "the file system cannot do that: use a folder on a local disk"
        case EXDEV: "it lies on another file system: use a folder on the same one"
        case ENXIO, ENODEV: "it is a socket or device and holds no data: move it away"
        case EINVAL: "the file system does not take that name or request: use another place"
        case EMLINK: "there are too many entries or links: use another place"
        default: "look at the system's log, and run again"
        }
    }

    /// True if the entry is certainly not there. Any other error says nothing about that: a server that does not answer, or a
    /// disk that cannot be read, may hold it all the same.
    static func isAbsence(_ code: Int32) -> Bool { code == ENOENT || code == ENOTDIR }

    /// True if the same request may be met a little later: file servers restart, and forget the handles of open folders.
    static func isTransient(_ code: Int32) -> Bool {
        [ESTALE, EIO, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENOTCONN, ECONNREFUSED, EREMOTEIO, ESHUTDOWN, EAGAIN, EINTR]
            .contains(code)
    }
}
