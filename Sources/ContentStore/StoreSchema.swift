import GRDB

/// The tables of a store. `PRAGMA user_version` holds the version.
///
/// History: 1 = first; 2 = several processes at once: who runs what, what waits for whom, why an attempt failed; pins,
/// and which job a run was of; 3 = models under names; 4 = nights of retraining; 5 = sources of actions, the manifest of a run, and
/// the history as a chain; 6 = the origin of imported results, parameters by their words too, images of nights in the chain, and
/// what was handed to a cluster; 7 = the outcome of a run that misses a requirement, anchors of nights, thresholds that people
/// set, and pretrained networks under names.
///
/// Facts (`action` with its inputs, outputs, references, warnings) stay apart from the history (`execution`, `job`).
/// Digests are 32-byte blobs, times are nanoseconds since 1970.
enum StoreSchema {
    static let version = 7

    /// One step on the way from an empty database to the present tables. A step that was released never changes.
    struct Step {
        /// The first version whose tables contain what this step makes.
        let version: Int
        let sql: String
        /// What only the program can work out from the rows that are there.
        var fill: (@Sendable (Database) throws -> Void)?
    }

    /// In the order in which they are applied. A version may consist of several steps.
    static let steps = [
        Step(version: 1, sql: firstTables),
        Step(version: 2, sql: concurrencyTables),
        Step(version: 2, sql: retentionTables),
        Step(version: 3, sql: modelTables),
        Step(version: 4, sql: nightTables),
        Step(version: 5, sql: lineageTables, fill: fillLineage),
        Step(version: 6, sql: originTables, fill: linkOrigins),
        Step(version: 6, sql: submissionTables),
        Step(version: 7, sql: outcomeTables),
        Step(version: 7, sql: decisionTables),
        Step(version: 7, sql: backboneTables),
    ]

    /// Brings a database of version `found` (0 when it is empty) to the present one. To be called in a transaction: a
    /// crash leaves either the old version or the new one. Foreign keys are not to be checked meanwhile, as a table that others
    /// refer to is made anew.
    static func migrate(_ database: Database, from found: Int) throws {
        for step in steps where step.version > found {
            try database.execute(sql: step.sql)
            try step.fill?(database)
        }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }
}
