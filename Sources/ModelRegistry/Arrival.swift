import ContentStore
import GRDB
import Host

/// An image as a night first saw it.
public struct Arrival: Sendable, Equatable {
    public enum State: String, Sendable {
        /// Part of the base set, which is not screened.
        case base
        case admitted
        /// Held back, because it looks like a defect.
        case quarantined
        /// Similar to a known image.
        case nearDuplicate
        /// Not a readable image.
        case unusable
    }

    /// A user's decision about an image in quarantine.
    public struct Decision: Sendable, Equatable {
        public let isAccepted: Bool
        public let decidedBy, reason: String
        /// Nanoseconds since 1970.
        public let decidedAt: Int64

        public init(isAccepted: Bool, decidedBy: String, reason: String, decidedAt: Int64) {
            (self.isAccepted, self.decidedBy) = (isAccepted, decidedBy)
            (self.reason, self.decidedAt) = (reason, decidedAt)
        }
    }

    /// The digest of the image file.
    public let source: Digest
    /// Its file name on arrival.
    public let file: String
    public let state: State
    /// The image that it duplicates, or the reason why it is unusable.
    public let detail: String
    /// Anomaly score by the model in production: 0 for the median normal image, 1 at the threshold, see
    /// `Calibration.normalized`; nil if not scored.
    public let score: Double?
    /// Blobs of the anomaly map (TIFF) and its overlay (PNG); nil unless quarantined.
    public let map, overlay: Digest?

    public init(
        source: Digest, file: String, state: State, detail: String = "", score: Double? = nil, map: Digest? = nil,
        overlay: Digest? = nil
    ) {
        (self.source, self.file, self.state, self.detail) = (source, file, state, detail)
        (self.score, self.map, self.overlay) = (score, map, overlay)
    }
}

/// An arrival in the store, with the decision about it.
public struct KnownArrival: Sendable, Equatable {
    /// The row in the store.
    public let number: Int64
    public let arrival: Arrival
    /// Label and date of its night.
    public let night, date: String
    /// The last decision; nil without one.
    public let decision: Arrival.Decision?
    /// The first night with a promoted model that was trained on it.
    public let learned: Int64?

    public init(
        number: Int64, arrival: Arrival, night: String, date: String, decision: Arrival.Decision? = nil,
        learned: Int64? = nil
    ) {
        (self.number, self.arrival, self.night, self.date) = (number, arrival, night, date)
        (self.decision, self.learned) = (decision, learned)
    }

    /// True if training may use it.
    public var isAdmitted: Bool {
        switch arrival.state {
        case .base, .admitted: true
        case .quarantined: decision?.isAccepted == true
        case .nearDuplicate, .unusable: false
        }
    }
}

extension ContentStore {
    /// All images of the nights of a name, in order of arrival.
    public func arrivals(of model: String) throws -> [KnownArrival] {
        try readDatabase { try $0.arrivals("arrival.model = ?", [model]) }
    }

    /// The images of one night.
    public func arrivals(with night: Night) throws -> [KnownArrival] {
        try readDatabase { try $0.arrivals("arrival.night = ?", [night.number]) }
    }

    /// The number of images in quarantine without a decision.
    public func waitingCount(of model: String) throws -> Int {
        try readDatabase { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM arrival WHERE model = ? AND state = 'quarantined'
                        AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                    """, arguments: [model]) ?? 0
        }
    }

    /// Records a decision about images in quarantine: all of them or none.
    ///
    /// - Throws: `.unknownNight` for a number outside the quarantine of the name.
    public func decide(
        _ numbers: [Int64], of model: String, isAccepted: Bool, by decider: String, reason: String
    ) throws {
        try requireWritable(to: "decide about an image")
        try writeDatabase { database in
            let known = Set(
                try Int64.fetchAll(
                    database, sql: "SELECT id FROM arrival WHERE model = ? AND state = 'quarantined'",
                    arguments: [model]))
            for number in Set(numbers).sorted() {
                guard known.contains(number) else {
                    throw RegistryError.unknownNight(
                        night: "\(number)",
                        reason: "no image of this number is in the quarantine of \(model); nominal quarantine list "
                            + "\(model) --all lists them")
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

extension Database {
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

    /// Marks images as learned, unless an earlier night did.
    func learn(_ sources: [Digest], of model: String, night: Int64) throws {
        for source in sources {
            try run(
                "UPDATE arrival SET learned = ? WHERE model = ? AND source = ? AND learned IS NULL",
                [night, model, source.column])
        }
    }
}
