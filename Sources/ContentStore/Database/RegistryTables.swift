extension StoreSchema {
    /// Tables that the module ModelRegistry reads and writes: models under names, decisions about them, nights of
    /// retraining with their images, and pretrained networks. They belong to the schema because the history protects
    /// their rows and garbage collection keeps their blobs, also in a program without that module.
    ///
    /// Rows are only added, except for the end of a night, for an unusable image that arrives again under another name,
    /// and for backbones. The last row decides: the last promotion of a name is in production (a rollback is one more
    /// row); the last `thresholdDecision` of a model sets its threshold, NULL being the model's own; the last
    /// `anchorDecision` of a name sets its anchor, the default being the first promoted model. `nightAnchor` keeps the
    /// anchor of each night.
    ///
    /// `arrival.source` is the digest of an image file, of which the store need not have a copy. `arrival.learned` is
    /// the first night with a promoted model that was trained on the image.
    static let registryTables = """
        CREATE TABLE model (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            registeredAt INTEGER NOT NULL,
            UNIQUE (name, version),
            UNIQUE (name, artifact)
        ) STRICT;

        CREATE TABLE promotion (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('promoted', 'rolledBack')),
            model INTEGER NOT NULL REFERENCES model (id),
            replaced INTEGER REFERENCES model (id),
            decidedBy TEXT NOT NULL,
            reason TEXT NOT NULL,
            decidedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX promotionName ON promotion (name, id);

        \(thresholdTable)

        CREATE TABLE anchorDecision (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            model INTEGER NOT NULL REFERENCES model (id),
            decidedBy TEXT NOT NULL,
            reason TEXT NOT NULL,
            decidedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX anchorDecisionName ON anchorDecision (name, id);

        CREATE TABLE night (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            label TEXT NOT NULL,
            date TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'promoted', 'kept', 'failed')),
            reason TEXT NOT NULL,
            manifest INTEGER NOT NULL REFERENCES artifact (id),
            roll INTEGER NOT NULL REFERENCES artifact (id),
            champion INTEGER REFERENCES model (id),
            challenger INTEGER REFERENCES model (id),
            drift INTEGER REFERENCES artifact (id),
            verdict INTEGER REFERENCES artifact (id),
            startedAt INTEGER NOT NULL,
            endedAt INTEGER,
            UNIQUE (model, label)
        ) STRICT;
        CREATE UNIQUE INDEX openNight ON night (model) WHERE state = 'open';

        CREATE TABLE nightAnchor (
            night INTEGER PRIMARY KEY NOT NULL REFERENCES night (id),
            model INTEGER NOT NULL REFERENCES model (id)
        ) STRICT;

        CREATE TABLE arrival (
            id INTEGER PRIMARY KEY,
            night INTEGER NOT NULL REFERENCES night (id),
            model TEXT NOT NULL,
            source BLOB NOT NULL CHECK (length(source) = 32),
            file TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('base', 'admitted', 'quarantined', 'nearDuplicate', 'unusable')),
            detail TEXT NOT NULL,
            score REAL,
            map INTEGER REFERENCES artifact (id),
            overlay INTEGER REFERENCES artifact (id),
            learned INTEGER REFERENCES night (id),
            UNIQUE (model, source)
        ) STRICT;
        CREATE INDEX arrivalNight ON arrival (night);

        CREATE TABLE quarantineDecision (
            id INTEGER PRIMARY KEY,
            arrival INTEGER NOT NULL REFERENCES arrival (id),
            isAccepted INTEGER NOT NULL CHECK (isAccepted IN (0, 1)),
            decidedBy TEXT NOT NULL,
            reason TEXT NOT NULL,
            decidedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX quarantineDecisionArrival ON quarantineDecision (arrival, id);

        CREATE TABLE backbone (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            addedAt INTEGER NOT NULL
        ) STRICT;
        """

    static let thresholdTable = """
        CREATE TABLE thresholdDecision (
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL REFERENCES model (id),
            value REAL,
            decidedBy TEXT NOT NULL,
            reason TEXT NOT NULL,
            decidedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX thresholdDecisionModel ON thresholdDecision (model, id);
        """
}
