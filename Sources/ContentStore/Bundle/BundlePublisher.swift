import GRDB
import Glibc

/// Publishes the results of a bundle in groups, so that other processes get their turn in between, each under a claim.
struct BundlePublisher {
    /// How many rows of the database a transaction adds, but for a single action that has more: some 50 ms of work.
    static let rowLimit = 2000
    private static let waitMicroseconds: UInt32 = 100_000

    private let store: ContentStore
    private let execution: Int64

    init(_ store: ContentStore, _ execution: Int64) { (self.store, self.execution) = (store, execution) }

    /// Returns how many results were new.
    ///
    /// - Parameters:
    ///   - waits: gets the first task that another process computes, before that is waited for.
    ///   - check: called between groups; what it throws ends the import.
    func publish(
        _ actions: [BundleContents.Action], waits: (_ task: String) -> Void, check: () throws(StoreError) -> Void
    ) throws -> Int {
        var count = 0
        var open = actions
        var hasWaited = false
        while true {
            var claimedElsewhere: [BundleContents.Action] = []
            for group in Self.groups(of: open) {
                let (new, left) = try publish(group)
                count += new
                claimedElsewhere += left
                try check()
            }
            guard let first = claimedElsewhere.first else { return count }
            if !hasWaited { waits(first.task) }
            hasWaited = true
            usleep(Self.waitMicroseconds)
            try check()
            open = claimedElsewhere
        }
    }

    /// Consecutive actions, as many as have `rowLimit` rows together.
    private static func groups(of actions: [BundleContents.Action]) -> [ArraySlice<BundleContents.Action>] {
        var groups: [ArraySlice<BundleContents.Action>] = []
        var start = 0
        var rows = 0
        for (index, action) in actions.enumerated() {
            if index > start, rows + action.rowCount > rowLimit {
                groups.append(actions[start..<index])
                (start, rows) = (index, 0)
            }
            rows += action.rowCount
        }
        if start < actions.count { groups.append(actions[start...]) }
        return groups
    }

    private func publish(
        _ group: ArraySlice<BundleContents.Action>
    ) throws -> (new: Int, claimedElsewhere: [BundleContents.Action]) {
        var claimed: [Digest] = []
        defer { for key in claimed { store.giveUp(claim: key) } }
        let known = try store.database.read { database in
            try group.map {
                try database.identifier("SELECT job FROM action WHERE key = ?", [$0.key.column]) != nil
            }
        }
        var ours: [BundleContents.Action] = []
        var claimedElsewhere: [BundleContents.Action] = []
        for (action, isKnown) in zip(group, known) {
            // What has a result is compared and stays.
            if !isKnown {
                guard try store.claim(action.key) else {
                    claimedElsewhere.append(action)
                    continue
                }
                claimed.append(action.key)
            }
            ours.append(action)
        }
        guard !ours.isEmpty else { return (0, claimedElsewhere) }
        var rows = BundleRows()
        for action in ours { try prepare(action, &rows) }
        let new = try inTurn { database in
            try ours.count { try database.add($0, execution, rows, now: HostClock.wallNanoseconds()) }
        }
        return (new, claimedElsewhere)
    }

    /// Writes the contents and key parts that an action names, which mean nothing by themselves: so the transaction that gives the
    /// action its result is short, however many there are.
    private func prepare(_ action: BundleContents.Action, _ rows: inout BundleRows) throws {
        let digests = action.inputs.map(\.digest) + action.references + action.sources.map(\.digest)
        for start in stride(from: 0, to: digests.count, by: Self.rowLimit) {
            let slice = digests[start..<min(start + Self.rowLimit, digests.count)]
            rows = try inTurn { [rows] database in
                var rows = rows
                for digest in slice { try rows.add(digest, database) }
                return rows
            }
        }
        var parts: [Int64] = []
        parts.reserveCapacity(action.parts.count)
        for start in stride(from: 0, to: action.parts.count, by: Self.rowLimit) {
            let slice = action.parts[start..<min(start + Self.rowLimit, action.parts.count)]
            parts += try inTurn { database in
                try slice.map { try database.keyPartRow($0.name, $0.digest, $0.readable) }
            }
        }
        rows.parts[action.key] = parts
    }

    /// One transaction, and after it time for those of others: who waits for the database asks now and then, and has to find it
    /// free.
    private func inTurn<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        let start = HostClock.monotonicSeconds()
        let value = try store.database.write(body)
        let seconds = HostClock.monotonicSeconds() - start
        usleep(UInt32(min(seconds / 4, 0.05) * 1e6))
        return value
    }
}

/// Rows of contents and key parts that a bundle names; they stay as long as the store does.
struct BundleRows: Sendable {
    private var artifacts: [Digest: Int64] = [:]
    /// Of the parts of an action, in their order.
    var parts: [Digest: [Int64]] = [:]

    /// Looks a content up, or adds it, unless that was done before.
    mutating func add(_ digest: Digest, _ database: Database) throws {
        if artifacts[digest] == nil { artifacts[digest] = try database.bundledRow(of: digest, sizeBytes: nil) }
    }

    /// The row of a content that was added.
    func artifact(_ digest: Digest, _ database: Database) throws -> Int64 {
        try artifacts[digest] ?? database.bundledRow(of: digest, sizeBytes: nil)
    }
}

extension BundleContents.Action {
    /// How many rows it takes, about.
    var rowCount: Int {
        1 + parts.count + sources.count + inputs.count + outputs.count + references.count + warnings.count
    }
}
