extension StoreSchema {
    /// Version 7: what people decide about registered models besides promotions.
    ///
    /// Rows are only ever added. The last row of `thresholdDecision` about a model says which threshold is in force, or with NULL that
    /// it is the model's own. The last row of `anchorDecision` about a name says which model is the anchor of its nights; where
    /// there is none, it is the first one that was promoted. `nightAnchor` keeps the anchor of each night, which later decisions
    /// do not change.
    static let decisionTables = """
        CREATE TABLE IF NOT EXISTS thresholdDecision (
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL REFERENCES model (id),
            value REAL CHECK (value > 0),
            decidedBy TEXT NOT NULL,
            reason TEXT NOT NULL,
            decidedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS thresholdDecisionModel ON thresholdDecision (model, id);

        CREATE TABLE IF NOT EXISTS anchorDecision (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            model INTEGER NOT NULL REFERENCES model (id),
            decidedBy TEXT NOT NULL,
            reason TEXT NOT NULL,
            decidedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS anchorDecisionName ON anchorDecision (name, id);

        CREATE TABLE IF NOT EXISTS nightAnchor (
            night INTEGER PRIMARY KEY NOT NULL REFERENCES night (id),
            model INTEGER NOT NULL REFERENCES model (id)
        ) STRICT;
        """
}
