extension StoreSchema {
    /// The tables of version 1.
    static let firstTables = """
        CREATE TABLE execution (
            id INTEGER PRIMARY KEY,
            command TEXT NOT NULL,
            versions TEXT NOT NULL,
            host TEXT NOT NULL,
            processor TEXT NOT NULL,
            process INTEGER NOT NULL,
            startedAt INTEGER NOT NULL,
            finishedAt INTEGER CHECK (finishedAt >= startedAt),
            outcome TEXT NOT NULL
                CHECK (outcome IN ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
            CHECK ((finishedAt IS NULL) = (outcome IN ('running', 'interrupted')))
        ) STRICT;
        CREATE INDEX executionRunning ON execution (id) WHERE outcome = 'running';

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
            UNIQUE (action, attempt),
            CHECK ((durationSeconds IS NULL) = (status IN ('running', 'abandoned')))
        ) STRICT;
        CREATE INDEX jobTask ON job (task, id);
        CREATE INDEX jobRunning ON job (id) WHERE status = 'running';

        CREATE TABLE keyPart (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            readable TEXT NOT NULL,
            UNIQUE (digest, name)
        ) STRICT;

        CREATE TABLE actionKeyPart (
            action INTEGER NOT NULL REFERENCES action (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            keyPart INTEGER NOT NULL REFERENCES keyPart (id),
            PRIMARY KEY (action, position)
        ) STRICT, WITHOUT ROWID;

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

        CREATE TABLE warning (
            action INTEGER NOT NULL REFERENCES action (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            text TEXT NOT NULL,
            PRIMARY KEY (action, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stageDuration (
            stage TEXT PRIMARY KEY NOT NULL,
            samples INTEGER NOT NULL CHECK (samples >= 1),
            seconds REAL NOT NULL CHECK (seconds >= 0)
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

        CREATE TABLE model (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            createdAt INTEGER NOT NULL,
            UNIQUE (name, artifact)
        ) STRICT;

        CREATE TABLE promotion (
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL REFERENCES model (id),
            replaced INTEGER REFERENCES model (id),
            promotedAt INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;

        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY,
            recordedAt INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('damaged', 'discarded', 'differs')),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            text TEXT NOT NULL
        ) STRICT;
        """
}
