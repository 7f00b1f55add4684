import Synchronization

/// Coordination of the processes that write to a store, in its folder `locks`.
///
/// A lock means that its holder is alive; all other facts about the holder are in the database. So a dead process never
/// obstructs others.
final class StoreLocks: Sendable {
    /// Number 0 is held while a store is opened, so that one process at a time creates it.
    private let opening: LockFile
    private let store: String
    /// Each open store has its own session number, which its temporary files are named by.
    private let sessions: LockFile
    /// Numbers of executions.
    private let executions: LockFile
    /// The first 62 bits of action keys. An execution holds those of the actions that it computes.
    private let claims: LockFiles
    /// Processors that tasks hold.
    private let cores: LockFile

    /// The lowest number that no other session has.
    let session: Int64

    private struct Held: Sendable {
        var executions: Set<Int64> = []
        var claims: Set<Int64> = []
        var cores: Set<Int64> = []
    }

    private let held = Mutex(Held())

    /// The folder of the store must exist. Waits up to `timeoutSeconds` for programs of another machine.
    init(
        store: String, timeoutSeconds: Double = 0, onWait: (String) -> Void = { _ in }
    ) throws(StoreError) {
        self.store = store
        let folder = Self.folder(store)
        try FolderOperations.create(folder)
        let opening = try LockFile(folder + "/opening")
        let sessions = try LockFile(folder + "/sessions")
        (self.opening, self.sessions) = (opening, sessions)
        executions = try LockFile(folder + "/executions")
        claims = LockFiles(folder + "/claims")
        cores = try LockFile(folder + "/cores")
        session = try Self.session(of: sessions, opening, store, timeoutSeconds, onWait)
    }

    /// Takes a session number once no other machine has one. While waiting, this process has none.
    private static func session(
        of sessions: LockFile, _ opening: LockFile, _ store: String, _ timeoutSeconds: Double,
        _ onWait: (String) -> Void
    ) throws(StoreError) -> Int64 {
        var host = ""
        let number = try Waiting.attempt(
            limitSeconds: timeoutSeconds, pollMicroseconds: 100_000,
            onWait: { onWait("a program on the machine \(host)") }
        ) { () throws(StoreError) -> Int64? in
            try holding(opening, store, timeoutSeconds, onWait) { () throws(StoreError) -> Int64? in
                let last = try StoreHost(lockFolder: folder(store))
                if let last, !last.isCurrent, try sessions.isHeldElsewhere(from: 1) {
                    host = last.name
                    return nil
                }
                if last != .current { try StoreHost.current.record(in: folder(store)) }
                var number: Int64 = 1
                while try !sessions.take(number) { number += 1 }
                return number
            }
        }
        guard let number else { throw .openElsewhere(path: store, host: host, waitedSeconds: timeoutSeconds) }
        return number
    }

    static func folder(_ store: String) -> String { store + "/locks" }

    /// The living executions, for a store opened read-only.
    static func liveExecutions(_ store: String, among numbers: [Int64]) throws(StoreError) -> Set<Int64> {
        guard let locks = try LockFile(reading: folder(store) + "/executions") else { return [] }
        var live: Set<Int64> = []
        for number in numbers where try locks.isHeldElsewhere(number) { live.insert(number) }
        return live
    }

    /// Minimum wait for a garbage collection with exclusive access.
    private static let openingSeconds = 600.0

    /// Runs `body` while no other process opens the store. That takes long only if garbage is being collected; `onWait`
    /// is called then. Throws `.locked` on timeout.
    func opening<Value>(
        timeoutSeconds: Double = 0, onWait: (String) -> Void = { _ in }, _ body: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try Self.holding(opening, store, timeoutSeconds, onWait, body)
    }

    private static func holding<Value>(
        _ opening: LockFile, _ store: String, _ timeoutSeconds: Double, _ onWait: (String) -> Void,
        _ body: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let limit = max(timeoutSeconds, openingSeconds)
        let holder = "a process that opens it or collects garbage in it"
        let taken: Void? = try Waiting.attempt(
            limitSeconds: limit, pollMicroseconds: 2000, quietSeconds: 1, onWait: { onWait(holder) }
        ) { () throws(StoreError) -> Void? in try opening.take(0) ? () : nil }
        guard taken != nil else { throw .locked(path: store, holder: holder, waitedSeconds: limit) }
        defer { opening.give(0) }
        return try body()
    }

    /// True if no other process has the store open for writing. Stays so within `opening`.
    func isAlone() throws(StoreError) -> Bool { try !sessions.isHeldElsewhere(from: 1) }

    /// For opening read-only: throws if programs of another machine have the store open for writing.
    static func requireReadable(_ store: String) throws(StoreError) {
        guard let last = try StoreHost(lockFolder: folder(store)), !last.isCurrent, try hasWriter(store) else { return }
        throw .openElsewhere(path: store, host: last.name, waitedSeconds: nil)
    }

    /// For opening read-only: true if a process has the store open for writing.
    static func hasWriter(_ store: String) throws(StoreError) -> Bool {
        try LockFile(reading: folder(store) + "/sessions")?.isHeldElsewhere(from: 1) ?? false
    }

    func isLive(session number: Int64) throws(StoreError) -> Bool {
        if number == session { return true }
        return try sessions.isHeldElsewhere(number)
    }

    // MARK: Executions

    /// Marks an execution of this process as alive; must be called before others can see its number.
    func begin(execution number: Int64) throws(StoreError) -> Bool {
        guard try executions.take(number) else { return false }
        held.withLock { _ = $0.executions.insert(number) }
        return true
    }

    func end(execution number: Int64) {
        executions.give(number)
        held.withLock { _ = $0.executions.remove(number) }
    }

    func isLive(execution number: Int64) throws(StoreError) -> Bool {
        if held.withLock({ $0.executions.contains(number) }) { return true }
        return try executions.isHeldElsewhere(number)
    }

    // MARK: Claims

    /// Takes the right to compute an action. Returns false if another execution has it.
    func claim(_ action: Digest) throws(StoreError) -> Bool {
        let number = Self.number(of: action)
        return try held.withLock { held throws(StoreError) in
            guard !held.claims.contains(number), try claims.take(number) else { return false }
            held.claims.insert(number)
            return true
        }
    }

    func giveUp(claim action: Digest) {
        let number = Self.number(of: action)
        held.withLock { held in
            if held.claims.remove(number) != nil { claims.give(number) }
        }
    }

    func isClaimed(_ action: Digest) throws(StoreError) -> Bool {
        let number = Self.number(of: action)
        if held.withLock({ $0.claims.contains(number) }) { return true }
        return try claims.isHeldElsewhere(number)
    }

    /// Two actions that share 62 bits only wait for each other without need.
    private static func number(of action: Digest) -> Int64 {
        Int64(action.words.0 >> 2)
    }

    // MARK: Processors

    /// Takes `count` of `total` processors, or none. The numbers are tickets, not particular processors.
    func takeCores(_ count: Int, of total: Int) throws(StoreError) -> [Int64]? {
        try held.withLock { held throws(StoreError) in
            var taken: [Int64] = []
            do throws(StoreError) {
                for number in 0..<Int64(max(total, count)) where taken.count < count {
                    if !held.cores.contains(number), try cores.take(number) { taken.append(number) }
                }
            } catch {
                for number in taken { cores.give(number) }
                throw error
            }
            guard taken.count == count else {
                for number in taken { cores.give(number) }
                return nil
            }
            held.cores.formUnion(taken)
            return taken
        }
    }

    func giveBack(cores numbers: [Int64]) {
        held.withLock { held in
            for number in numbers { cores.give(number) }
            held.cores.subtract(numbers)
        }
    }
}
