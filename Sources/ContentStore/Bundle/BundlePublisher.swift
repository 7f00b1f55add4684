import GRDB
import Glibc
import Host

/// Publishes the results of a bundle under claims, in groups, so that other processes can write in between.
struct BundlePublisher {
    /// Rows per transaction, some 50 ms of work. A single action may have more.
    static let rowLimit = 2000
    private static let waitMicroseconds: UInt32 = 100_000

    let store: ContentStore
    let execution: Int64

    /// Returns the number of new results.
    ///
    /// - Parameters:
    ///   - waits: called with the first task that another process computes, before waiting for it.
    ///   - check: called between groups; its error ends the import.
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

    /// Groups of consecutive actions with up to `rowLimit` rows.
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
            // A known result is compared and kept.
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

    /// Writes the contents and key parts of an action, which have no meaning on their own, so that the transaction that
    /// adds its result stays short.
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

    /// Runs one transaction, then pauses: other processes poll for the database and have to find it free.
    private func inTurn<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        let start = HostClock.monotonicSeconds()
        let value = try store.database.write(body)
        let seconds = HostClock.monotonicSeconds() - start
        usleep(UInt32(min(seconds / 4, 0.05) * 1e6))
        return value
    }
}
