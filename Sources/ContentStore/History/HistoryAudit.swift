import Foundation
import GRDB

extension ContentStore {
    /// The last entry of the history; nil if it is empty.
    public func historyHead() throws(StoreError) -> HistoryHead? {
        try database.read { database in
            try database.row("SELECT position, link FROM chain ORDER BY position DESC LIMIT 1").map {
                HistoryHead(position: $0[0], link: try Digest($0, 1))
            }
        }
    }

    /// Follows the chain of the history from its first entry, and compares every row with its last entry. Reads one
    /// state of the database, so runs may continue meanwhile.
    ///
    /// - Parameter anchors: entries recorded outside the store that the history must contain.
    public func verifyHistory(through anchors: [HistoryHead] = []) throws(StoreError) -> HistoryReport {
        try database.read { database in
            var audit = HistoryAudit(anchors: anchors)
            let entries = try Row.fetchCursor(
                database, sql: "SELECT position, kind, row, record, result, link FROM chain ORDER BY position")
            while let entry = try entries.next() { try audit.follow(entry) }
            audit.end(counter: try database.linkCounter())
            for kind in HistoryKind.allCases { try audit.compare(kind, database) }
            try audit.compareResults(database)
            try audit.compareAttempts(database)
            try audit.compareTaskLists(database)
            return audit.report
        }
    }
}

/// An audit in progress.
private struct HistoryAudit {
    /// The last entry about a row.
    private struct Voucher {
        let position: Int64
        let record: Digest
        let result: Digest?
        /// The number of entries about the row.
        let count: Int
    }

    private let anchors: [HistoryHead]
    private var faults: [HistoryReport.Fault] = []
    private var vouchers: [HistoryKind: [Int64: Voucher]] = [:]
    private var entries = 0
    private var links: [Int64: Digest] = [:]
    private var next: Int64 = 1
    private var former: Digest?
    private var head: HistoryHead?

    init(anchors: [HistoryHead]) { self.anchors = anchors }

    mutating func follow(_ entry: Row) throws {
        let position: Int64 = entry[0]
        let number: Int64 = entry[1]
        let found = try Digest(entry, 5)
        // No program reaches it, and nothing can follow.
        guard position < .max else {
            faults.append(.broken(position: position))
            return
        }
        if next < position {
            faults.append(.gap(first: next, last: position - 1))
            next = position + 1
        }
        if let kind = HistoryKind(rawValue: number) {
            let link = ChainLink(
                position: position, kind: kind, row: entry[2], record: try Digest(entry, 3),
                result: entry.hasNull(atIndex: 4) ? nil : try Digest(entry, 4))
            // After a gap the former link is unknown.
            if position == next, link.digest(after: former) != found { faults.append(.broken(position: position)) }
            vouchers[kind, default: [:]][link.row] = Voucher(
                position: position, record: link.record, result: link.result,
                count: (vouchers[kind]?[link.row]?.count ?? 0) + 1)
        } else {
            faults.append(.broken(position: position))
        }
        if anchors.contains(where: { $0.position == position }) { links[position] = found }
        entries += 1
        (next, former) = (position + 1, found)
        head = HistoryHead(position: position, link: found)
    }

    /// - Parameter counter: the last position issued; nil if the database has lost it.
    mutating func end(counter: Int64?) {
        if let counter, counter >= next { faults.append(.gap(first: next, last: counter)) }
        if entries > 0, (counter ?? 0) < next - 1 { faults.append(.counter) }
        for anchor in anchors where links[anchor.position] != anchor.link { faults.append(.otherHistory(anchor)) }
    }

    /// Compares all rows of a table with their entries.
    mutating func compare(_ kind: HistoryKind, _ database: Database) throws {
        var known = vouchers[kind] ?? [:]
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM (\(kind.rows)) ORDER BY row")
        while let row = try rows.next() {
            let number: Int64 = row[0]
            guard let voucher = known.removeValue(forKey: number) else {
                faults.append(.added(what: kind.word, row: number))
                continue
            }
            if Database.record(row) != voucher.record {
                faults.append(.edited(what: kind.word, row: number, position: voucher.position))
            }
            // Detects an edited row with an entry of its own at the end, which anchors cannot show.
            if voucher.count > Self.entryLimit(kind, row, voucher) {
                faults.append(.vouchedAgain(what: kind.word, row: number, position: voucher.position))
            }
        }
        for (row, voucher) in known.sorted(by: { $0.key < $1.key }) {
            faults.append(.removed(what: kind.word, row: row, position: voucher.position))
        }
    }

    /// The number of entries that the program writes about a row: one when it is complete, and a second one for an
    /// abandoned attempt that is discarded and for a night that ends.
    private static func entryLimit(_ kind: HistoryKind, _ row: Row, _ voucher: Voucher) -> Int {
        switch kind {
        case .job: row["status"] == "discarded" && voucher.result == nil ? 2 : 1
        case .night: row["state"] == "open" ? 1 : 2
        // An unusable image may arrive any number of times.
        case .arrival: Int.max
        case .execution, .model, .promotion, .decision, .fault, .origin, .threshold, .anchor, .nightAnchor: 1
        }
    }

    /// Compares the result of every action with its last successful attempt, which must be the current one.
    mutating func compareResults(_ database: Database) throws {
        let jobs = vouchers[.job] ?? [:]
        let actions = try database.rows(
            """
            SELECT action.id, action.job, succeeded.id,
                hasReferences = EXISTS (SELECT 1 FROM reference WHERE reference.action = action.id)
                    AND hasWarnings = EXISTS (SELECT 1 FROM warning WHERE warning.action = action.id)
            FROM action LEFT JOIN job AS succeeded ON succeeded.action = action.id AND succeeded.status = 'succeeded'
                AND succeeded.attempt = (
                    SELECT max(attempt) FROM job WHERE job.action = action.id AND job.status = 'succeeded')
            WHERE action.job IS NOT NULL OR succeeded.id IS NOT NULL ORDER BY action.id
            """)
        for row in actions {
            let (action, job, last): (Int64, Int64?, Int64?) = (row[0], row[1], row[2])
            guard let last else {
                faults.append(.unvouchedResult(action: action))
                continue
            }
            // Reported by `compare`.
            guard let voucher = jobs[last] else { continue }
            let isWhole: Bool = row[3]
            let found = try database.resultRecord(action)
            if job != last || !isWhole || voucher.result != found {
                faults.append(.resultEdited(what: HistoryKind.job.word, row: last, position: voucher.position))
            }
        }
    }

    /// Compares the results of all successful attempts by this store's own runs with the stored one, the last.
    mutating func compareAttempts(_ database: Database) throws {
        let jobs = vouchers[.job] ?? [:]
        var last: (action: Int64, run: Int64, result: Digest?)?
        let attempts = try Row.fetchCursor(
            database,
            sql: """
                SELECT job.action, job.id, job.execution, job.task FROM job WHERE job.status = 'succeeded'
                    AND job.action IN (SELECT action FROM job WHERE status = 'succeeded' GROUP BY action HAVING count(*) > 1)
                    AND NOT EXISTS (SELECT 1 FROM origin WHERE origin.job = job.id)
                ORDER BY job.action, job.attempt DESC
                """)
        while let row = try attempts.next() {
            let (action, job, run): (Int64, Int64, Int64) = (row[0], row[1], row[2])
            let result = jobs[job]?.result
            guard let latest = last, latest.action == action else {
                last = (action, run, result)
                continue
            }
            if let made = latest.result, let result, made != result {
                faults.append(.madeOtherwise(task: row[3], run: run, by: latest.run))
            }
        }
    }

    /// Compares the task lists of runs with their digests.
    mutating func compareTaskLists(_ database: Database) throws {
        let lists = try Row.fetchCursor(database, sql: "SELECT id, digest, content FROM taskKeys ORDER BY id")
        while let row = try lists.next() {
            let content: Data = row[2]
            if try Digest.of(Array(content)) != Digest(row, 1) { faults.append(.taskListEdited(row: row[0])) }
        }
    }

    var report: HistoryReport { HistoryReport(entries: entries, head: head, faults: faults) }
}
