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
            audit.end(lastPosition: try database.lastLinkPosition())
            for kind in HistoryKind.allCases { try audit.compare(kind, database) }
            try audit.compareResults(database)
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
                position: position, record: link.record, result: link.result)
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
        for missing in next..<position { faults.append(.gap(position: missing)) }
        next = position + 1
    }

    mutating func end(lastPosition: Int64) {
        noteGap(upTo: lastPosition + 1)
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
        }
        for (row, voucher) in known.sorted(by: { $0.key < $1.key }) {
            faults.append(.removed(what: kind.word, row: row, position: voucher.position))
        }
    }

    /// Compares what every action made with the attempt that made it.
    mutating func compareResults(_ database: Database) throws {
        let jobs = vouchers[.job] ?? [:]
        let actions = try Row.fetchAll(
            database, sql: "SELECT id, job FROM action WHERE job IS NOT NULL ORDER BY id")
        for row in actions {
            let (action, job): (Int64, Int64) = (row[0], row[1])
            guard let voucher = jobs[job] else { continue }
            if try database.resultRecord(action) != voucher.result {
                faults.append(.resultEdited(what: HistoryKind.job.word, row: job, position: voucher.position))
            }
        }
        let hidden = try Int64.fetchAll(
            database,
            sql: """
                SELECT job.id FROM job JOIN action ON action.id = job.action
                WHERE job.status = 'succeeded' AND action.job IS NULL ORDER BY job.id
                """)
        for job in hidden {
            guard let voucher = jobs[job] else { continue }
            faults.append(.resultEdited(what: HistoryKind.job.word, row: job, position: voucher.position))
        }
    }

    var report: HistoryReport { HistoryReport(entries: entries, head: head, faults: faults) }
}
