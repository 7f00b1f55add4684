import GRDB

extension StoreSchema {
    /// Version 6: where imported results come from, and whose words the parameters are in.
    ///
    /// `origin` has a row for every attempt that stands for an import: the run that made the result elsewhere, as the bundle says, or
    /// nothing where it does not say.
    ///
    /// `keyPart` is made anew: `readable` is a part of what a row is. A bundle may say any text, and must not give it to results of
    /// this store's own. No index holds the texts, which may be long; equal rows are found by digest and name.
    static let originTables = """
        CREATE TABLE origin (
            job INTEGER PRIMARY KEY NOT NULL REFERENCES job (id),
            run INTEGER,
            startedAt INTEGER,
            versions TEXT,
            processor TEXT,
            CHECK ((run IS NULL) = (startedAt IS NULL) AND (run IS NULL) = (versions IS NULL)
                AND (run IS NULL) = (processor IS NULL))
        ) STRICT;
        INSERT INTO origin (job) SELECT id FROM job WHERE status = 'succeeded' AND log = 'imported';

        CREATE TABLE newKeyPart (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            readable TEXT NOT NULL
        ) STRICT;
        INSERT INTO newKeyPart SELECT id, name, digest, readable FROM keyPart;
        DROP TABLE keyPart;
        ALTER TABLE newKeyPart RENAME TO keyPart;
        CREATE INDEX keyPartName ON keyPart (name);
        CREATE INDEX keyPartDigest ON keyPart (digest, name);
        """

    static func linkOrigins(_ database: Database) throws { try linkHistory(database, [.origin, .arrival]) }
}
