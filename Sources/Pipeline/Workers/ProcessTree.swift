import CProcessTree
import Folders
import Glibc

/// A process that this one has started, with everything that it has started in turn.
package struct ProcessTree {
    private let root: pid_t

    /// Starts a program in a session of its own, with standard output on a descriptor.
    ///
    /// - Throws: `AttemptFailure` of the class `refused`.
    package init(_ program: String, _ arguments: [String], output: Int32) throws(AttemptFailure) {
        let words = unsafe ([program] + arguments).map { unsafe strdup($0.systemPath) }
        defer { unsafe words.forEach { unsafe free($0) } }
        var list = unsafe words + [nil]
        root = unsafe nominal_spawn(program.systemPath, &list, output)
        guard root > 0 else {
            let reason = unsafe String(cString: strerror(-root))
            throw AttemptFailure(.refused, "A worker process could not be started from \(program): \(reason).")
        }
    }

    /// Makes this process the one that orphans among its descendants come to, and lets it die with its parent; returns the
    /// number of that, which is another one if the parent has ended already.
    static func becomeRoot() -> Int32 { nominal_become_worker() }

    /// The wait status of the first process once it has ended; `nil` before.
    package func status() -> Int32? {
        var status: Int32 = 0
        let ended = unsafe waitpid(root, &status, WNOHANG)
        if ended == root { return status }
        return ended < 0 && errno != EINTR ? 0 : nil
    }

    /// Ends all of it, at once.
    package func kill() { nominal_kill_tree(root) }

    /// Memory that all of it has resident.
    var residentBytes: Int { nominal_tree_resident_kib(root) << 10 }
}
