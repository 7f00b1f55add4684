extension StoreSchema {
    /// Part of version 2: what garbage collection needs to know. A pin names exactly one thing.
    static let retentionTables = """
        ALTER TABLE execution ADD COLUMN subject TEXT;

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
