import Foundation
import GRDB

extension ContentStore {
    /// The last entry of the history; nil while there is none.
    public func historyHead() throws(StoreError) -> HistoryHead? {
        try database.read { database in
            try Row.fetchOne(database, sql: "SELECT position, link FROM chain ORDER BY position DESC LIMIT 1").map {
                HistoryHead(position: $0[0], link: try Digest($0, 1))
            }
        }
    }

    /// Follows the chain of the history from its first entry, and compares every row with the last entry that vouches for it.
    /// Reads one state of the database; runs may go on beside.
    ///
    /// - Parameter anchors: entries that were kept elsewhere, through which the history has to lead.
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

/// The state of an examination of the history.
private struct HistoryAudit {
    /// What the last entry about a row says.
    private struct Voucher {
        let position: Int64
        let record: Digest
        let result: Digest?
        /// How many entries there are about the row.
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
        noteGap(upTo: position)
        if let kind = HistoryKind(rawValue: number) {
            let link = ChainLink(
                position: position, kind: kind, row: entry[2], record: try Digest(entry, 3),
                result: entry.hasNull(atIndex: 4) ? nil : try Digest(entry, 4))
            // After a gap, what came before is not known.
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

    private mutating func noteGap(upTo position: Int64) {
        guard next < position else { return }
        faults.append(.gap(first: next, last: position - 1))
        next = position + 1
    }

    /// - Parameter counter: the last position that was given; nil where the database no longer says.
    mutating func end(counter: Int64?) {
        if let counter, counter >= next { faults.append(.gap(first: next, last: counter)) }
        if entries > 0, (counter ?? 0) < next - 1 { faults.append(.counter) }
        for anchor in anchors where links[anchor.position] != anchor.link { faults.append(.otherHistory(anchor)) }
    }

    /// Compares all rows of a table with what vouches for them.
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
            // Or an edited row gets an entry of its own at the end, which a kept entry does not show.
            if voucher.count > Self.entryLimit(kind, row, voucher) {
                faults.append(.vouchedAgain(what: kind.word, row: number, position: voucher.position))
            }
        }
        for (row, voucher) in known.sorted(by: { $0.key < $1.key }) {
            faults.append(.removed(what: kind.word, row: row, position: voucher.position))
        }
    }

    /// How often the program writes about a row: once when it is over, and once more about an attempt that was given up and then
    /// discarded, and a night that ends.
    private static func entryLimit(_ kind: HistoryKind, _ row: Row, _ voucher: Voucher) -> Int {
        switch kind {
        case .job: row["status"] == "discarded" && voucher.result == nil ? 2 : 1
        case .night: row["state"] == "open" ? 1 : 2
        // One that could not be used may come again and again.
        case .arrival: Int.max
        case .execution, .model, .promotion, .decision, .fault, .origin, .threshold, .anchor, .nightAnchor: 1
        }
    }

    /// Compares what every action made with its last attempt that succeeded, which has to be the one that counts.
    mutating func compareResults(_ database: Database) throws {
        let jobs = vouchers[.job] ?? [:]
        let actions = try Row.fetchAll(
            database,
            sql: """
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
            // An attempt without an entry is a fault of its own.
            guard let voucher = jobs[last] else { continue }
            let isWhole: Bool = row[3]
            let found = try database.resultRecord(action)
            if job != last || !isWhole || voucher.result != found {
                faults.append(.resultEdited(what: HistoryKind.job.word, row: last, position: voucher.position))
            }
        }
    }

    /// Compares what the attempts at an action made that were made by this store's own runs: the last one is what is stored.
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

    /// The lists of the tasks of runs are named by their digests.
    mutating func compareTaskLists(_ database: Database) throws {
        let lists = try Row.fetchCursor(database, sql: "SELECT id, digest, content FROM taskKeys ORDER BY id")
        while let row = try lists.next() {
            let content: Data = row[2]
            if try Digest.of(Array(content)) != Digest(row, 1) { faults.append(.taskListEdited(row: row[0])) }
        }
    }

    var report: HistoryReport { HistoryReport(entries: entries, head: head, faults: faults) }
}
