import CProcessTree
import Folders
import Glibc
import Host

/// A child process with all its descendants.
package struct ProcessTree {
    private let root: pid_t

    /// Starts a program in a new session, with standard output on a descriptor.
    ///
    /// - Throws: `AttemptFailure` of the class `refused` if it cannot be started.
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

    /// Starts a command in a new session and in a folder of its own, with no other variables and descriptors than
    /// these.
    ///
    /// - Parameter output: the descriptor for standard output and standard error.
    /// - Throws: `AttemptFailure` of the class `refused` if it cannot be started.
    init(
        command: String, _ arguments: [String], environment: [String], folder: String, output: Int32
    ) throws(AttemptFailure) {
        let words = unsafe arguments.map { unsafe strdup($0.systemPath) }
        let variables = unsafe environment.map { unsafe strdup($0.systemPath) }
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var list = unsafe words + [nil], values = unsafe variables + [nil]
        root = unsafe nominal_spawn_command(command.systemPath, &list, &values, folder.systemPath, output)
        guard root > 0 else {
            let reason = unsafe String(cString: strerror(-root))
            throw AttemptFailure(
                .refused, "\(command) could not be started: \(reason). Check that it is a program of this machine.")
        }
    }

    /// The wait status of a command; `nil` while it runs. At its end, what is left of its process group is killed.
    func commandStatus() -> Int32? {
        var status: Int32 = 0
        return unsafe nominal_command_ended(root, &status) == 1 ? status : nil
    }

    /// Makes this process adopt orphaned descendants and die with its parent. Returns the parent's process ID, which
    /// differs if the parent has already ended.
    static func becomeRoot() -> Int32 { nominal_become_worker() }

    /// The wait status of the root process; `nil` while it runs.
    package func status() -> Int32? {
        var status: Int32 = 0
        let ended = unsafe waitpid(root, &status, WNOHANG)
        if ended == root { return status }
        return ended < 0 && errno != EINTR ? 0 : nil
    }

    /// Kills the whole tree and reaps the root process.
    package func kill() { nominal_kill_tree(root) }

    /// The resident memory of the whole tree, in bytes.
    var residentBytes: Int { nominal_tree_resident_kib(root) << 10 }
}
