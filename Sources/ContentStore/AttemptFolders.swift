import Synchronization

/// Folders for the attempts of one execution, `attempts/<execution>/<number>`. One that an attempt left empty is given to the
/// next: to make and remove a folder for each costs as much as all else that a small task does.
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

    /// An empty folder that nobody else has. Throws `StoreError`.
    public func take() throws -> String {
        if let vacant = state.withLock({ $0.vacant.popLast() }) { return vacant }
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        return try store.makeAttemptFolder(execution: execution, name: "\(number)")
    }

    /// Takes a folder back. Unless its owner knows that it is empty, and that nothing writes to it any more, it is removed.
    public func giveBack(_ folder: String, isEmpty: Bool) {
        if isEmpty { return state.withLock { $0.vacant.append(folder) } }
        try? store.removeAttemptFolder(folder)
    }
}
