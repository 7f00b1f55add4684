import GRDB

/// Rows of nights and arrivals.
extension Database {
    func nights(_ condition: String, _ arguments: StatementArguments) throws -> [Night] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT night.id, night.model, night.label, night.date, night.state, roll.digest, champion.version,
                    challenger.version, drift.digest, verdict.digest, night.startedAt, night.endedAt
                FROM night JOIN artifact AS roll ON roll.id = night.roll
                    LEFT JOIN model AS champion ON champion.id = night.champion
                    LEFT JOIN model AS challenger ON challenger.id = night.challenger
                    LEFT JOIN artifact AS drift ON drift.id = night.drift
                    LEFT JOIN artifact AS verdict ON verdict.id = night.verdict
                WHERE \(condition)
                """, arguments: arguments
        ).map { row in
            Night(
                number: row[0], model: row[1], label: row[2], date: row[3],
                state: Night.State(rawValue: row[4]) ?? .open, roll: try Digest(row, 5), champion: row[6],
                challenger: row[7], drift: row.hasNull(atIndex: 8) ? nil : try Digest(row, 8),
                verdict: row.hasNull(atIndex: 9) ? nil : try Digest(row, 9), startedAt: row[10], endedAt: row[11])
        }
    }

    func arrivals(of model: String) throws -> [KnownArrival] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT arrival.id, arrival.source, arrival.file, arrival.state, arrival.detail, arrival.score, map.digest,
                    overlay.digest, night.label, night.date, decision.isAccepted, decision.decidedBy, decision.reason,
                    decision.decidedAt
                FROM arrival JOIN night ON night.id = arrival.night
                    LEFT JOIN artifact AS map ON map.id = arrival.map
                    LEFT JOIN artifact AS overlay ON overlay.id = arrival.overlay
                    LEFT JOIN quarantineDecision AS decision ON decision.id =
                        (SELECT max(id) FROM quarantineDecision WHERE arrival = arrival.id)
                WHERE arrival.model = ? ORDER BY arrival.id
                """, arguments: [model]
        ).map { row in
            KnownArrival(
                number: row[0],
                arrival: Arrival(
                    source: try Digest(row, 1), file: row[2], state: Arrival.State(rawValue: row[3]) ?? .unusable,
                    detail: row[4], score: row[5], map: row.hasNull(atIndex: 6) ? nil : try Digest(row, 6),
                    overlay: row.hasNull(atIndex: 7) ? nil : try Digest(row, 7)),
                night: row[8], date: row[9],
                decision: row.hasNull(atIndex: 10)
                    ? nil
                    : Arrival.Decision(isAccepted: row[10], decidedBy: row[11], reason: row[12], decidedAt: row[13]))
        }
    }

    func add(_ arrival: Arrival, of model: String, night: Int64) throws {
        try run(
            """
            INSERT INTO arrival (night, model, source, file, state, detail, score, map, overlay)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model, source) DO NOTHING
            """,
            [
                night, model, arrival.source.column, arrival.file, arrival.state.rawValue, arrival.detail, arrival.score,
                try arrival.map.map { try artifact($0) }, try arrival.overlay.map { try artifact($0) },
            ])
    }

    /// The row of a blob.
    func artifact(_ digest: Digest) throws -> Int64 {
        try run("INSERT INTO artifact (digest) VALUES (?) ON CONFLICT DO NOTHING", [digest.column])
        guard let row = try identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]) else {
            throw StoreError.missingBlob(digest)
        }
        return row
    }

    /// What nights need of the store: what they were trained on, how they ended, and what people have still to decide about.
    func nightRecords() throws -> Set<Int64> {
        Set(
            try Int64.fetchAll(
                self,
                sql: """
                    SELECT roll FROM night UNION SELECT verdict FROM night WHERE verdict IS NOT NULL
                    UNION SELECT drift FROM night WHERE drift IS NOT NULL
                    UNION SELECT map FROM arrival WHERE map IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                    UNION SELECT overlay FROM arrival WHERE overlay IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                    """))
    }
}
