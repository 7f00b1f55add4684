import GRDB

/// The tables of a store. `PRAGMA user_version` holds the version, so that a program can refuse a store of another
/// version without changing it.
///
/// History: 9 = thresholds of any sign; 8 = first. Stores of the versions before it were never released and are
/// refused.
///
/// Facts (`action` with its inputs, outputs, references, warnings) are kept apart from the history (`execution`,
/// `job`). Digests are blobs of 32 bytes, times are nanoseconds since 1970.
enum StoreSchema {
    static let version = 9
    /// The oldest version that is migrated. Programs that only read need no migration from it.
    static let oldestVersion = 8

    /// Creates the tables of an empty database, and migrates older ones. The next version registers a migration of its
    /// own here.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("8") { database in
            for tables in [factTables, historyTables, runTables, registryTables] { try database.execute(sql: tables) }
            // A crash before the next migration leaves a store of this version.
            try database.execute(sql: "PRAGMA user_version = 8")
        }
        migrator.registerMigration("9") { database in
            // Version 8 had the constraint "value > 0".
            try database.execute(
                sql: """
                    ALTER TABLE thresholdDecision RENAME TO former;
                    DROP INDEX thresholdDecisionModel;
                    \(thresholdTable)
                    INSERT INTO thresholdDecision SELECT * FROM former;
                    DROP TABLE former;
                    PRAGMA user_version = \(version);
                    """)
        }
        return migrator
    }

    /// Actions and their results.
    ///
    /// `source` lists the contents that the key of an action names besides its inputs: image files, masks and textures,
    /// of which the store has no copy. `role` is the place of the digest in the value of the key part.
    ///
    /// Two rows of `keyPart` may share name and digest: a bundle may claim any readable text for a digest, and must not
    /// attach it to results of this store's own. No index covers the texts, which may be long.
    private static let factTables = """
        CREATE TABLE artifact (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            sizeBytes INTEGER CHECK (sizeBytes >= 0)
        ) STRICT;

        CREATE TABLE action (
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
            stage TEXT NOT NULL,
            version INTEGER NOT NULL,
            job INTEGER REFERENCES job (id) DEFERRABLE INITIALLY DEFERRED,
            hasReferences INTEGER NOT NULL DEFAULT 0 CHECK (hasReferences IN (0, 1)),
            hasWarnings INTEGER NOT NULL DEFAULT 0 CHECK (hasWarnings IN (0, 1))
        ) STRICT;

        CREATE TABLE keyPart (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            readable TEXT NOT NULL
        ) STRICT;
        CREATE INDEX keyPartName ON keyPart (name);
        CREATE INDEX keyPartDigest ON keyPart (digest, name);

        CREATE TABLE actionKeyPart (
            action INTEGER NOT NULL REFERENCES action (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            keyPart INTEGER NOT NULL REFERENCES keyPart (id),
            PRIMARY KEY (action, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE source (
            action INTEGER NOT NULL REFERENCES action (id),
            keyPart INTEGER NOT NULL REFERENCES keyPart (id),
            role TEXT NOT NULL,
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            PRIMARY KEY (action, keyPart, role)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sourceArtifact ON source (artifact);
        CREATE INDEX sourceKeyPart ON source (keyPart);

        CREATE TABLE used (
            action INTEGER NOT NULL REFERENCES action (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            name TEXT NOT NULL,
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            PRIMARY KEY (action, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX usedArtifact ON used (artifact);

        CREATE TABLE generatedBy (
            action INTEGER NOT NULL REFERENCES action (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            name TEXT NOT NULL,
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            PRIMARY KEY (action, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX generatedByArtifact ON generatedBy (artifact);

        CREATE TABLE reference (
            action INTEGER NOT NULL REFERENCES action (id),
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            PRIMARY KEY (action, artifact)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX referenceArtifact ON reference (artifact);

        CREATE TABLE warning (
            action INTEGER NOT NULL REFERENCES action (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            text TEXT NOT NULL,
            PRIMARY KEY (action, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sourceFile (
            path TEXT PRIMARY KEY NOT NULL,
            sizeBytes INTEGER NOT NULL CHECK (sizeBytes >= 0),
            modifiedAt INTEGER NOT NULL,
            changedAt INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            device INTEGER NOT NULL,
            readAt INTEGER NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32)
        ) STRICT, WITHOUT ROWID;
        """

    /// Runs of the program, attempts at actions, and the chain that protects them against edits.
    ///
    /// `manifest` is the text of a run's manifest, `file` its path as given, `recipe` what other commands need to
    /// repeat the run (`RunOrigin`). `taskKeys` holds the action key of every task of a run in one row, shared by runs
    /// with equal keys, so that a run with nothing to do writes no row per task.
    ///
    /// `origin` has a row for every imported attempt: the run that made the result elsewhere, or NULLs where the bundle
    /// does not name it.
    ///
    /// `chain` has an entry for every row of the history, added when the row is complete: `record` is the digest of the
    /// row, `result` that of the action's result, `link` that of both and the link before. AUTOINCREMENT never reuses a
    /// number, so entries removed from the end leave a gap.
    private static let historyTables = """
        CREATE TABLE taskKeys (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            content BLOB NOT NULL
        ) STRICT;

        CREATE TABLE execution (
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
        CREATE INDEX executionRunning ON execution (id) WHERE outcome = 'running';

        CREATE TABLE job (
            id INTEGER PRIMARY KEY,
            action INTEGER NOT NULL REFERENCES action (id),
            attempt INTEGER NOT NULL CHECK (attempt >= 1),
            execution INTEGER NOT NULL REFERENCES execution (id),
            task TEXT NOT NULL,
            status TEXT NOT NULL CHECK (
                status IN ('running', 'succeeded', 'failed', 'cancelled', 'discarded', 'abandoned')),
            startedAt INTEGER NOT NULL,
            durationSeconds REAL CHECK (durationSeconds >= 0),
            log TEXT NOT NULL DEFAULT '',
            failure TEXT CHECK (failure IN ('failed', 'killed', 'timedOut', 'outOfMemory', 'lost', 'refused')),
            UNIQUE (action, attempt),
            CHECK ((durationSeconds IS NULL) = (status IN ('running', 'abandoned')))
        ) STRICT;
        CREATE INDEX jobTask ON job (task, id);
        CREATE INDEX jobRunning ON job (id) WHERE status = 'running';
        CREATE INDEX jobExecution ON job (execution, id);

        CREATE TABLE origin (
            job INTEGER PRIMARY KEY NOT NULL REFERENCES job (id),
            run INTEGER,
            startedAt INTEGER,
            versions TEXT,
            processor TEXT,
            CHECK ((run IS NULL) = (startedAt IS NULL) AND (run IS NULL) = (versions IS NULL)
                AND (run IS NULL) = (processor IS NULL))
        ) STRICT;

        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY,
            recordedAt INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('damaged', 'discarded', 'differs')),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            text TEXT NOT NULL
        ) STRICT;

        CREATE TABLE chain (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            row INTEGER NOT NULL,
            record BLOB NOT NULL CHECK (length(record) = 32),
            result BLOB CHECK (length(result) = 32),
            link BLOB NOT NULL CHECK (length(link) = 32)
        ) STRICT;
        """

    /// State that runs share, and pins.
    ///
    /// No column says whether an execution is alive: its process holds a lock (`StoreLocks`). A row of `submission` is
    /// written before the array is submitted, so that work of a coordinator that died can be found by its `token`;
    /// `folder` lies in `attempts/` and stays until the row is closed. A pin names exactly one thing.
    private static let runTables = """
        CREATE TABLE waiting (
            execution INTEGER NOT NULL REFERENCES execution (id),
            task TEXT NOT NULL,
            action BLOB NOT NULL CHECK (length(action) = 32),
            since INTEGER NOT NULL,
            PRIMARY KEY (execution, task)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stageDuration (
            stage TEXT PRIMARY KEY NOT NULL,
            samples INTEGER NOT NULL CHECK (samples >= 1),
            seconds REAL NOT NULL CHECK (seconds >= 0)
        ) STRICT, WITHOUT ROWID;

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

        CREATE TABLE pin (
            id INTEGER PRIMARY KEY,
            subject TEXT NOT NULL UNIQUE,
            execution INTEGER REFERENCES execution (id),
            action INTEGER REFERENCES action (id),
            artifact INTEGER REFERENCES artifact (id),
            pinnedAt INTEGER NOT NULL,
            CHECK ((execution IS NULL) + (action IS NULL) + (artifact IS NULL) = 2)
        ) STRICT;
        """
}
