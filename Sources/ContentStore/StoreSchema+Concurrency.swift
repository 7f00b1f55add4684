extension StoreSchema {
    /// Part of version 2: what several processes on one store need to know of each other, and what `runs`, `status`, `log`
    /// and `why` show.
    ///
    /// Whether an execution is alive is not in the database: its process holds a lock (`StoreLocks`). Process number and
    /// start tell people, and `cancel`, which process that is.
    ///
    /// `taskKeys` holds the action key of every task of a run in one row, shared by runs with the same keys, so that a
    /// run with nothing to do writes no row per task.
    static let concurrencyTables = """
        ALTER TABLE execution ADD COLUMN processStartedTicks INTEGER;
        ALTER TABLE execution ADD COLUMN taskCount INTEGER CHECK (taskCount >= 0);
        ALTER TABLE execution ADD COLUMN runCount INTEGER CHECK (runCount >= 0);
        ALTER TABLE execution ADD COLUMN cachedCount INTEGER CHECK (cachedCount >= 0);
        ALTER TABLE execution ADD COLUMN failedCount INTEGER CHECK (failedCount >= 0);
        ALTER TABLE execution ADD COLUMN skippedCount INTEGER CHECK (skippedCount >= 0);
        ALTER TABLE execution ADD COLUMN remainingSeconds REAL CHECK (remainingSeconds >= 0);
        ALTER TABLE execution ADD COLUMN taskKeys INTEGER REFERENCES taskKeys (id);

        CREATE TABLE taskKeys (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            content BLOB NOT NULL
        ) STRICT;

        ALTER TABLE job ADD COLUMN failure TEXT CHECK (
            failure IN ('failed', 'killed', 'timedOut', 'outOfMemory', 'lost', 'refused'));
        CREATE INDEX jobExecution ON job (execution, id);

        CREATE TABLE waiting (
            execution INTEGER NOT NULL REFERENCES execution (id),
            task TEXT NOT NULL,
            action BLOB NOT NULL CHECK (length(action) = 32),
            since INTEGER NOT NULL,
            PRIMARY KEY (execution, task)
        ) STRICT, WITHOUT ROWID;
        """
}
