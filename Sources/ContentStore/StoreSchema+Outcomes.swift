extension StoreSchema {
    /// Version 7: a run that has done all of its tasks and misses what its manifest requires has an outcome of its own.
    ///
    /// `execution` is made anew, as SQLite cannot change a constraint.
    static let outcomeTables = """
        CREATE TABLE newExecution (
            id INTEGER PRIMARY KEY,
            command TEXT NOT NULL,
            versions TEXT NOT NULL,
            host TEXT NOT NULL,
            processor TEXT NOT NULL,
            process INTEGER NOT NULL,
            startedAt INTEGER NOT NULL,
            finishedAt INTEGER CHECK (finishedAt >= startedAt),
            outcome TEXT NOT NULL CHECK (
                outcome IN ('running', 'succeeded', 'requirementMissed', 'failed', 'cancelled', 'interrupted')),
            processStartedTicks INTEGER,
            taskCount INTEGER CHECK (taskCount >= 0),
            runCount INTEGER CHECK (runCount >= 0),
            cachedCount INTEGER CHECK (cachedCount >= 0),
            failedCount INTEGER CHECK (failedCount >= 0),
            skippedCount INTEGER CHECK (skippedCount >= 0),
            remainingSeconds REAL CHECK (remainingSeconds >= 0),
            taskKeys INTEGER REFERENCES taskKeys (id),
            subject TEXT,
            manifest INTEGER REFERENCES artifact (id),
            file TEXT,
            recipe TEXT,
            CHECK ((finishedAt IS NULL) = (outcome IN ('running', 'interrupted')))
        ) STRICT;
        INSERT INTO newExecution SELECT id, command, versions, host, processor, process, startedAt, finishedAt, outcome,
            processStartedTicks, taskCount, runCount, cachedCount, failedCount, skippedCount, remainingSeconds, taskKeys,
            subject, manifest, file, recipe FROM execution;
        DROP TABLE execution;
        ALTER TABLE newExecution RENAME TO execution;
        CREATE INDEX executionRunning ON execution (id) WHERE outcome = 'running';
        """
}
