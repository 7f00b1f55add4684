import ContentStore
import GRDB
import Host

/// A night of retraining.
public struct Night: Sendable, Equatable {
    public enum State: String, Sendable {
        /// Running, or interrupted.
        case open
        /// The new model was promoted.
        case promoted
        /// The model in production was kept.
        case kept
        /// A task failed; the next night tries again with the images of that time.
        case failed
    }

    /// The row in the store.
    public let number: Int64
    /// The name of the models.
    public let model: String
    /// The date, with the suffix `-2` and so on for further nights of one date.
    public let label: String
    /// Formatted as `2026-11-26`.
    public let date: String
    public let state: State
    /// The reason for its outcome; empty while open.
    public let reason: String
    /// The blob of its job manifest.
    public let manifest: Digest
    /// The blob with the list of training images.
    public let roll: Digest
    /// Versions of the compared models; nil if absent.
    public let champion, challenger: Int?
    /// Version of the anchor, which the challenger was also compared with; nil if absent.
    public let anchor: Int?
    /// The blob with the drift report of the new images; nil without new images.
    public let drift: Digest?
    /// The blob with the comparison; nil if nothing was compared.
    public let verdict: Digest?
}

/// Nights of retraining.
extension ContentStore {
    /// The labels of the nights that were open during a run, latest first. Most runs belong to one night.
    public func nightLabels(during run: Int64, of model: String) throws -> [String] {
        try readDatabase { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT night.label FROM night JOIN execution ON execution.id = ?1 WHERE night.model = ?2
                        AND night.startedAt <= coalesce(execution.finishedAt, night.startedAt)
                        AND coalesce(night.endedAt, execution.startedAt) >= execution.startedAt
                    ORDER BY night.id DESC
                    """, arguments: [run, model])
        }
    }

    /// The nights of a name, oldest first.
    public func nights(of model: String) throws -> [Night] {
        try readDatabase { try $0.nights("night.model = ? ORDER BY night.id", [model]) }
    }

    /// The nights of a name, at least one. Throws `.unknownNight` with the names that have nights.
    public func knownNights(of model: String) throws -> [Night] {
        let nights = try nights(of: model)
        guard nights.isEmpty else { return nights }
        let names = try readDatabase {
            try String.fetchAll($0, sql: "SELECT DISTINCT model FROM night ORDER BY model")
        }
        throw RegistryError.unknownNight(
            night: model,
            reason: names.isEmpty
                ? "no model has had a night yet"
                : "no model of this name has had a night yet; \(names.joined(separator: ", ")) has")
    }

    /// The night with this label. Throws `.unknownNight` with the existing labels.
    public func night(_ label: String, of model: String) throws -> Night {
        let nights = try knownNights(of: model)
        guard let night = nights.first(where: { $0.label == label }) else {
            throw RegistryError.unknownNight(
                night: label,
                reason: "no such night; the nights of \(model) are \(nights.map(\.label).joined(separator: ", "))")
        }
        return night
    }

    /// Begins a night with its arrivals in one transaction. Known images are left unchanged.
    ///
    /// - Parameters:
    ///   - date: such as `2026-11-26`; becomes the label.
    ///   - manifest: digest of a blob, like `roll` and `drift`.
    ///   - learned: images that a champion made outside of nights counts as trained on.
    ///
    /// - Throws: `.missingBlob`, and `.modelRefused` if a night of this name is open.
    public func beginNight(
        of model: String, date: String, manifest: Digest, roll: Digest, champion: RegisteredModel?, drift: Digest?,
        arrivals: [Arrival], learned: [Digest] = []
    ) throws -> Night {
        try requireWritable(to: "begin a night")
        try settle()
        return try writeDatabase { database in
            if let open = try database.nights("night.model = ? AND night.state = 'open'", [model]).first {
                throw RegistryError.modelRefused(model: model, reason: "the night \(open.label) is still open")
            }
            let roll = try database.artifact(roll)
            let same = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM night WHERE model = ? AND date = ?", arguments: [model, date])
            let label = (same ?? 0) == 0 ? date : "\(date)-\((same ?? 0) + 1)"
            let champion = try champion.flatMap { try database.model($0.reference)?.row }
            try database.run(
                """
                INSERT INTO night (model, label, date, state, reason, manifest, roll, champion, drift, startedAt)
                VALUES (?, ?, ?, 'open', '', ?, ?, ?, ?, ?)
                """,
                [
                    model, label, date, try database.artifact(manifest), roll, champion,
                    try drift.map { try database.artifact($0) },
                    HostClock.wallNanoseconds(),
                ])
            let night = database.lastInsertedRowID
            try database.link(.night, night)
            if let anchor = try anchor(of: model, database) {
                try database.run("INSERT INTO nightAnchor (night, model) VALUES (?, ?)", [night, anchor.row])
                try database.link(.nightAnchor, night)
            }
            for arrival in arrivals { try database.add(arrival, of: model, night: night) }
            try database.learn(learned, of: model, night: night)
            guard let begun = try database.nights("night.id = ?", [night]).first else {
                throw StoreError.database(path: path, message: "a night was not stored")
            }
            return begun
        }
    }

    /// Ends a night. With `.promoted`, promotes the challenger in the same transaction, unless the champion is no
    /// longer in production.
    ///
    /// - Parameter learned: images that a promoted challenger was trained on.
    ///
    /// - Throws: `.modelRefused`.
    @discardableResult
    public func end(
        _ night: Night, _ state: Night.State, challenger: RegisteredModel?, verdict: Digest?, by decider: String,
        reason: String, learned: [Digest] = []
    ) throws -> Night {
        try requireWritable(to: "end a night")
        try settle()
        return try writeDatabase { database in
            let row = try challenger.flatMap { try database.model($0.reference)?.row }
            if state == .promoted, let challenger, let row {
                let present = try database.model(ModelReference(name: night.model, .production))
                guard present?.model.version == night.champion else {
                    throw RegistryError.modelRefused(
                        model: "\(challenger.reference)",
                        reason:
                            "version \(present.map { "\($0.model.version)" } ?? "none") is in production now, not "
                            + "\(night.champion.map(String.init) ?? "none"), which this model was compared with")
                }
                if present?.row != row {
                    try database.addPromotion(
                        .promoted, row, of: night.model, replacing: present?.row, by: decider,
                        "night of \(night.label): \(reason)")
                }
                try database.learn(learned, of: night.model, night: night.number)
            }
            try database.run(
                """
                UPDATE night SET state = ?, reason = ?, challenger = ?, verdict = ?, endedAt = ?
                WHERE id = ? AND state = 'open'
                """,
                [
                    state.rawValue, reason, row, try verdict.map { try database.artifact($0) },
                    HostClock.wallNanoseconds(),
                    night.number,
                ])
            guard database.changesCount == 1, let ended = try database.nights("night.id = ?", [night.number]).first
            else { throw RegistryError.modelRefused(model: night.model, reason: "the night \(night.label) has ended") }
            try database.link(.night, night.number)
            return ended
        }
    }

    /// Locks the nights of a name against other processes until the lock is released or the process ends.
    ///
    /// - Parameter timeoutSeconds: maximum wait for another process.
    ///
    /// - Throws: `.locked`.
    public func lockNights(of model: String, timeoutSeconds: Double = 0) throws -> NamedLock {
        try requireWritable(to: "begin a night")
        return try NamedLock(
            model, kind: "nights", holder: "another night of \(model)", in: self, timeoutSeconds: timeoutSeconds)
    }

}

/// Rows of nights.
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

}
