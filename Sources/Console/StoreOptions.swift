import ArgumentParser
import ContentStore
import Folders

/// The options that name the store.
public struct StoreOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("Folder of the store.", discussion: "Default: $NOMINAL_STORE, else .nominal in this folder.")
    )
    var store: String?

    @Option(
        help: ArgumentHelp(
            "Seconds to wait while another process or machine holds the store exclusively.", valueName: "seconds"))
    public var lockTimeout: Double = 0

    public var path: String { store ?? PathText.environment("NOMINAL_STORE") ?? ".nominal" }

    public init() {}

    /// True if there is a store at `path`.
    public func storeExists() throws -> Bool { try AtomicFile.exists(path + "/store.sqlite") }

    /// Throws if there is no store at `path`. For commands that must not create one.
    public func requireStore() throws {
        guard try storeExists() else {
            throw StoreError.notAStore(
                path: path, reason: "there is no store here (--store or NOMINAL_STORE name another place)")
        }
    }

    /// Opens the store at `path`; throws if it does not exist.
    public func openExisting(_ mode: ContentStore.Mode = .readWrite) throws -> ContentStore {
        try requireStore()
        return try open(mode)
    }

    /// Opens or creates the store, and reports the process that it waits for.
    public func open(_ mode: ContentStore.Mode = .readWrite) throws -> ContentStore {
        try ContentStore(path: path, mode: mode, lockTimeoutSeconds: lockTimeout, onWait: reportWait)
    }

    /// Reports the process that a command waits for.
    public func reportWait(for holder: String) {
        StandardError.write("waiting for the store \(path), which is in use by \(holder)")
    }
}

/// The option that limits the memory for ranking pixels.
public struct MetricsMemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Mebibytes for ranking pixels; beyond that, a temporary file in $TMPDIR takes 8 bytes per pixel.",
            valueName: "mebibytes"))
    var memory = 1024

    public var limitBytes: Int { memory << 20 }

    public init() {}

    public func validate() throws {
        guard (1...1_048_576).contains(memory) else {
            throw ValidationError("--memory is \(memory); expected 1 to 1048576 mebibytes")
        }
    }
}
