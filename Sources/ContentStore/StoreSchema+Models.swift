extension StoreSchema {
    /// Version 3: models under names, and which of them was in production when. The tables of these names in version 1 were
    /// never written to.
    ///
    /// Rows of `promotion` are only ever added: the last one of a name says what is in production, and a rollback is one more.
    static let modelTables = """
        DROP TABLE promotion;
        DROP TABLE model;

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
        """
}
