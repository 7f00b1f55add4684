extension StoreSchema {
    /// Version 4: nights of retraining, the images that came with them, and what people decided about those in quarantine.
    ///
    /// Rows are only ever added, but for the end of a night, and an image that could not be used and now comes under another
    /// name. `source` is the digest of an image file, of which the store need not have a copy. `learned` is the first night whose
    /// model was promoted and had been trained on the image.
    static let nightTables = """
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
        """
}
