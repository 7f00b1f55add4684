import GRDB

/// Rows of nights and arrivals.
extension Database {
    func nights(_ condition: String, _ arguments: StatementArguments) throws -> [Night] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT night.id, night.model, night.label, night.date, night.state, night.reason, manifest.digest,
                    roll.digest, champion.version, challenger.version, drift.digest, verdict.digest,
                    anchor.version
                FROM night JOIN artifact AS manifest ON manifest.id = night.manifest
                    JOIN artifact AS roll ON roll.id = night.roll
                    LEFT JOIN model AS champion ON champion.id = night.champion
                    LEFT JOIN model AS challenger ON challenger.id = night.challenger
                    LEFT JOIN artifact AS drift ON drift.id = night.drift
                    LEFT JOIN artifact AS verdict ON verdict.id = night.verdict
                    LEFT JOIN nightAnchor ON nightAnchor.night = night.id
                    LEFT JOIN model AS anchor ON anchor.id = nightAnchor.model
                WHERE \(condition)
                """, arguments: arguments
        ).map { row in
            Night(
                number: row[0], model: row[1], label: row[2], date: row[3],
                state: Night.State(rawValue: row[4]) ?? .open, reason: row[5], manifest: try Digest(row, 6),
                roll: try Digest(row, 7), champion: row[8], challenger: row[9],
                anchor: row[12],
                drift: row.hasNull(atIndex: 10) ? nil : try Digest(row, 10),
                verdict: row.hasNull(atIndex: 11) ? nil : try Digest(row, 11))
        }
    }

    func arrivals(_ condition: String, _ arguments: StatementArguments) throws -> [KnownArrival] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT arrival.id, arrival.source, arrival.file, arrival.state, arrival.detail, arrival.score, map.digest,
                    overlay.digest, night.label, night.date, arrival.learned, decision.isAccepted, decision.decidedBy,
                    decision.reason, decision.decidedAt
                FROM arrival JOIN night ON night.id = arrival.night
                    LEFT JOIN artifact AS map ON map.id = arrival.map
                    LEFT JOIN artifact AS overlay ON overlay.id = arrival.overlay
                    LEFT JOIN quarantineDecision AS decision ON decision.id =
                        (SELECT max(id) FROM quarantineDecision WHERE arrival = arrival.id)
                WHERE \(condition) ORDER BY arrival.id
                """, arguments: arguments
        ).map { row in
            KnownArrival(
                number: row[0],
                arrival: Arrival(
                    source: try Digest(row, 1), file: row[2], state: Arrival.State(rawValue: row[3]) ?? .unusable,
                    detail: row[4], score: row[5], map: row.hasNull(atIndex: 6) ? nil : try Digest(row, 6),
                    overlay: row.hasNull(atIndex: 7) ? nil : try Digest(row, 7)),
                night: row[8], date: row[9],
                decision: row.hasNull(atIndex: 11)
                    ? nil
                    : Arrival.Decision(
                        isAccepted: row[11], decidedBy: row[12], reason: row[13], decidedAt: row[14]),
                learned: row[10])
        }
    }

    func add(_ arrival: Arrival, of model: String, night: Int64) throws {
        try run(
            """
            INSERT INTO arrival (night, model, source, file, state, detail, score, map, overlay)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (model, source) DO UPDATE SET night = excluded.night, file = excluded.file,
                state = excluded.state, detail = excluded.detail, score = excluded.score, map = excluded.map,
                overlay = excluded.overlay
            WHERE arrival.state = 'unusable'
            """,
            [
                night, model, arrival.source.column, arrival.file, arrival.state.rawValue, arrival.detail,
                arrival.score, try arrival.map.map { try artifact($0) }, try arrival.overlay.map { try artifact($0) },
            ])
        guard changesCount > 0,
            let row = try identifier(
                "SELECT id FROM arrival WHERE model = ? AND source = ?", [model, arrival.source.column])
        else { return }
        try link(.arrival, row)
    }

    /// Images that a night's model has learned, unless an earlier one had.
    func learn(_ sources: [Digest], of model: String, night: Int64) throws {
        for source in sources {
            try run(
                "UPDATE arrival SET learned = ? WHERE model = ? AND source = ? AND learned IS NULL",
                [night, model, source.column])
        }
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
                    SELECT roll FROM night UNION SELECT manifest FROM night UNION SELECT verdict FROM night WHERE verdict IS NOT NULL
                    UNION SELECT drift FROM night WHERE drift IS NOT NULL
                    UNION SELECT map FROM arrival WHERE map IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                    UNION SELECT overlay FROM arrival WHERE overlay IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                    """))
    }
}
