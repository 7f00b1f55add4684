import GRDB

/// Nights of retraining.
extension ContentStore {
    /// The labels of the nights of a name that were under way during a run, the last one first: most runs are of one night.
    public func nightLabels(during run: Int64, of model: String) throws -> [String] {
        try database.read { database in
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
        try database.read { try $0.nights("night.model = ? ORDER BY night.id", [model]) }
    }

    /// As `nights`, of a name that has some. Throws `.unknownNight`, with the names that have.
    public func knownNights(of model: String) throws -> [Night] {
        let nights = try nights(of: model)
        guard nights.isEmpty else { return nights }
        let names = try database.read {
            try String.fetchAll($0, sql: "SELECT DISTINCT model FROM night ORDER BY model")
        }
        throw StoreError.unknownNight(
            night: model,
            reason: names.isEmpty
                ? "no model has had a night yet"
                : "no model of this name has had a night yet; \(names.joined(separator: ", ")) has")
    }

    /// The night of a label. Throws `.unknownNight`, with the labels that there are.
    public func night(_ label: String, of model: String) throws -> Night {
        let nights = try knownNights(of: model)
        guard let night = nights.first(where: { $0.label == label }) else {
            throw StoreError.unknownNight(
                night: label,
                reason: "no such night; those of \(model) are \(nights.map(\.label).joined(separator: ", "))")
        }
        return night
    }

    /// Begins a night with all that came with it, in one transaction. What is known already is left as it is.
    ///
    /// - Parameters:
    ///   - date: `2026-11-26`, from which the label is made.
    ///   - manifest: of a blob of the store, as `roll`.
    ///   - learned: what a champion that no night has made is taken to have learned.
    /// - Throws: `.missingBlob`, and `.modelRefused` where a night of this name is open.
    public func beginNight(
        of model: String, date: String, manifest: Digest, roll: Digest, champion: RegisteredModel?, drift: Digest?,
        arrivals: [Arrival], learned: [Digest] = []
    ) throws -> Night {
        _ = try writable(to: "begin a night")
        try settle()
        return try database.write { database in
            if let open = try database.nights("night.model = ? AND night.state = 'open'", [model]).first {
                throw StoreError.modelRefused(model: model, reason: "the night \(open.label) is not over")
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

    /// Ends a night. With `.promoted`, the challenger goes into production in the same transaction, unless another model than the
    /// champion is there by now.
    ///
    /// - Parameter learned: images that a promoted challenger has been trained on.
    /// - Throws: `.modelRefused`.
    @discardableResult
    public func end(
        _ night: Night, _ state: Night.State, challenger: RegisteredModel?, verdict: Digest?, by decider: String,
        reason: String, learned: [Digest] = []
    ) throws -> Night {
        _ = try writable(to: "end a night")
        try settle()
        return try database.write { database in
            let row = try challenger.flatMap { try database.model($0.reference)?.row }
            if state == .promoted, let challenger, let row {
                let present = try database.model(ModelReference(name: night.model, .production))
                guard present?.model.version == night.champion else {
                    throw StoreError.modelRefused(
                        model: "\(challenger.reference)",
                        reason:
                            "version \(present.map { "\($0.model.version)" } ?? "none") is in production by now, and not "
                            + "\(night.champion.map(String.init) ?? "none"), which it was compared with")
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
            else { throw StoreError.modelRefused(model: night.model, reason: "the night \(night.label) is over") }
            try database.link(.night, night.number)
            return ended
        }
    }

    /// Keeps other processes from working on the nights of a name until the lock is gone, which the end of the process sees to.
    ///
    /// - Parameter timeoutSeconds: how long another process is waited for.
    /// - Throws: `.locked`.
    public func lockNights(of model: String, timeoutSeconds: Double = 0) throws -> NightLock {
        _ = try writable(to: "begin a night")
        return try NightLock(store: path, model: model, timeoutSeconds: timeoutSeconds)
    }

    /// All images that the nights of a name have seen, in the order in which they came.
    public func arrivals(of model: String) throws -> [KnownArrival] {
        try database.read { try $0.arrivals("arrival.model = ?", [model]) }
    }

    /// Those that came with a night.
    public func arrivals(with night: Night) throws -> [KnownArrival] {
        try database.read { try $0.arrivals("arrival.night = ?", [night.number]) }
    }

    /// How many images in the quarantine of a name wait for a decision.
    public func waitingCount(of model: String) throws -> Int {
        try database.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM arrival WHERE model = ? AND state = 'quarantined'
                        AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                    """, arguments: [model]) ?? 0
        }
    }

    /// Records what a person decided about images in quarantine: all of them or none.
    ///
    /// - Throws: `.unknownNight` for a number that is none of the name's quarantine.
    public func decide(
        _ numbers: [Int64], of model: String, isAccepted: Bool, by decider: String, reason: String
    ) throws {
        _ = try writable(to: "decide about an image")
        try database.write { database in
            let known = Set(
                try Int64.fetchAll(
                    database, sql: "SELECT id FROM arrival WHERE model = ? AND state = 'quarantined'",
                    arguments: [model]))
            for number in Set(numbers).sorted() {
                guard known.contains(number) else {
                    throw StoreError.unknownNight(
                        night: "\(number)",
                        reason: "no image of this number is in the quarantine of \(model); nominal quarantine list "
                            + "\(model) --all prints those that are")
                }
                try database.run(
                    """
                    INSERT INTO quarantineDecision (arrival, isAccepted, decidedBy, reason, decidedAt)
                    VALUES (?, ?, ?, ?, ?)
                    """, [number, isAccepted, decider, reason, HostClock.wallNanoseconds()])
                try database.link(.decision, database.lastInsertedRowID)
            }
        }
    }
}
