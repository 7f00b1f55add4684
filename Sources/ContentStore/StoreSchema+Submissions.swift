extension StoreSchema {
    /// Version 6: what a run has handed to a cluster.
    ///
    /// A row is written before the cluster is asked, so that what a coordinating process that died has set going can be found again
    /// by its `token`. `folder` lies in `attempts/` and says what the elements compute; it stays until the row is closed.
    static let submissionTables = """
        CREATE TABLE submission (
            id INTEGER PRIMARY KEY,
            execution INTEGER NOT NULL REFERENCES execution (id),
            token TEXT NOT NULL UNIQUE,
            folder TEXT NOT NULL,
            elementCount INTEGER NOT NULL CHECK (elementCount > 0),
            submittedAt INTEGER NOT NULL,
            closedAt INTEGER
        ) STRICT;
        CREATE INDEX openSubmission ON submission (execution) WHERE closedAt IS NULL;
        """
}
