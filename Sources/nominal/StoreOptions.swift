import ArgumentParser
import ContentStore
import Folders
import Foundation
import Host

/// Where results are kept, and how much of the machine may be used.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Folder of the store.", discussion: "Default: $NOMINAL_STORE, else .nominal in this folder.")
    )
    var store: String?

    @Option(
        help: ArgumentHelp(
            "Seconds to wait for a process that has the store for itself, or on another machine.", valueName: "seconds")
    )
    var lockTimeout: Double = 0

    var path: String { store ?? PathText.environment("NOMINAL_STORE") ?? ".nominal" }

    /// For commands that are about what is there: a store that is not is not made.
    func requireStore() throws {
        guard try AtomicFile.exists(path + "/store.sqlite") else {
            throw StoreError.notAStore(
                path: path, reason: "there is no store here (--store or NOMINAL_STORE name another place)")
        }
    }

    func open(_ mode: ContentStore.Mode = .readWrite) throws -> ContentStore {
        try ContentStore(path: path, mode: mode, lockTimeoutSeconds: lockTimeout) { holder in
            StandardError.write("waiting for the store \(path), which is in use by \(holder)")
        }
    }
}

struct MachineOptions: ParsableArguments {
    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: "Tasks at once. Default: the number of processors.")
    var jobs: Int?

    @Option(
        help: "Threads of a training or scoring task; results do not depend on it. Default: the number of processors.")
    var threads: Int?

    /// Processors that this process may use; all runs on a store share them.
    var coreCount: Int { max(ProcessResources.current.processors, threadCount) }
    var jobCount: Int { jobs ?? ProcessResources.current.processors }
    var threadCount: Int { threads ?? ProcessResources.current.processors }

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is \(jobs); expected 1 to 1024") }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); expected 1 to 1024")
        }
    }
}
