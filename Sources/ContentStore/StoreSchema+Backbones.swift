extension StoreSchema {
    /// Version 7: pretrained networks under names. Who brought one has to bring it again if it goes, so garbage collection keeps
    /// what a row names.
    static let backboneTables = """
        CREATE TABLE backbone (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            addedAt INTEGER NOT NULL
        ) STRICT;
        """
}
