import Synchronization

/// Folders for the attempts of one execution, `attempts/<execution>/<number>`. Empty ones are reused: creating and
/// removing a folder takes as long as all other work of a small task.
public final class AttemptFolders: Sendable {
    private struct State: Sendable {
        var vacant: [String] = []
        var count = 0
    }

    private let store: ContentStore
    private let execution: Int64
    private let state = Mutex(State())

    public init(store: ContentStore, execution: Int64) {
        self.store = store
        self.execution = execution
    }

    /// Returns an empty folder for exclusive use. Throws `StoreError`.
    public func take() throws -> String {
        if let vacant = state.withLock({ $0.vacant.popLast() }) { return vacant }
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        return try store.makeAttemptFolder(execution: execution, name: "\(number)")
    }

    /// Returns a folder to the pool. It is removed unless the caller knows that it is empty and no longer written to.
    public func giveBack(_ folder: String, isEmpty: Bool) {
        if isEmpty { return state.withLock { $0.vacant.append(folder) } }
        try? store.removeAttemptFolder(folder)
    }
}
