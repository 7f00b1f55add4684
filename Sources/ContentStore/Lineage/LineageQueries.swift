import GRDB

extension ContentStore {
    /// The provenance of blobs back to the input files, or everything made from them.
    ///
    /// - Parameters:
    ///   - run: of several actions that made the same bytes, the one of this run is taken, or else the first one.
    ///   - actions: further actions to start from; unknown ones are ignored.
    public func lineage(
        of digests: [Digest] = [], actions keys: [Digest] = [], _ direction: LineageGraph.Direction, run: Int64? = nil,
        detail: LineageGraph.Detail = .everything
    ) throws(StoreError) -> LineageGraph {
        var graph = try database.read { database in
            var walk = try LineageWalk(database, detail) {
                Set(run.flatMap { try? Self.taskKeys($0, database) }?.entries.map(\.key) ?? [])
            }
            for digest in digests { try walk.begin(digest, direction) }
            for key in keys { try walk.begin(action: key, direction) }
            try walk.countSources()
            return walk.graph
        }
        for number in Set(graph.actions.map(\.execution)).sorted() {
            if let execution = try lineageExecution(number) { graph.executions.append(execution) }
        }
        return graph
    }

    /// The sources with a key part of this name, such as that of an image within its category, each with the last task
    /// that used it.
    public func sources(named name: String) throws(StoreError) -> [(digest: Digest, role: String, task: String)] {
        try database.read { database in
            try database.rows(
                """
                SELECT artifact.digest, source.role, job.task FROM keyPart
                    JOIN source ON source.keyPart = keyPart.id
                    JOIN artifact ON artifact.id = source.artifact
                    JOIN action ON action.id = source.action JOIN job ON job.id = action.job
                WHERE keyPart.name = ? ORDER BY job.id DESC
                """, [name]
            ).map { (try Digest($0, 0), $0[1], $0[2]) }
        }
    }

    /// True if this content is a source of an action.
    public func isSource(_ digest: Digest) throws(StoreError) -> Bool {
        try database.read { database in
            try database.identifier(
                "SELECT 1 FROM source WHERE artifact = (SELECT id FROM artifact WHERE digest = ?) LIMIT 1",
                [digest.column]) != nil
        }
    }

    /// The actions of a stage that used an output of an action with this image file as a source, newest first.
    public func actions(ofStage stage: String, on source: Digest) throws(StoreError) -> [SourceUse] {
        try database.read { database in
            try database.rows(
                """
                SELECT DISTINCT action.id, action.key, job.task, job.execution,
                    coalesce(origin.startedAt, job.startedAt), job.id FROM artifact
                    JOIN source ON source.artifact = artifact.id
                    JOIN generatedBy ON generatedBy.action = source.action
                    JOIN used ON used.artifact = generatedBy.artifact
                    JOIN action ON action.id = used.action
                    JOIN job ON job.id = action.job LEFT JOIN origin ON origin.job = job.id
                WHERE artifact.digest = ? AND action.stage = ? ORDER BY job.id DESC
                """, [source.column, stage]
            ).map { row in
                let action: Int64 = row[0]
                return SourceUse(
                    key: try Digest(row, 1), task: row[2], execution: row[3], startedAt: row[4],
                    inputs: try database.contents("used", of: action),
                    outputs: try database.contents("generatedBy", of: action))
            }
        }
    }

    /// The runs with this manifest, newest first.
    public func runs(withManifest digest: Digest) throws(StoreError) -> [Int64] {
        try database.read { database in
            try database.identifiers(
                """
                SELECT execution.id FROM execution JOIN artifact ON artifact.id = execution.manifest
                WHERE artifact.digest = ? ORDER BY execution.id DESC
                """, [digest.column])
        }
    }

    /// A run with the details that an audit needs; nil if absent.
    public func lineageExecution(_ number: Int64) throws(StoreError) -> LineageExecution? {
        guard let record = try execution(number) else { return nil }
        return try database.read { try $0.lineageExecution(record) }
    }

    /// The last run with this action among its tasks, preferably a successful one.
    public func lastRun(with key: Digest) throws(StoreError) -> Int64? {
        let hex = key.hex
        // Searches from the newest run, and stops at the first match.
        func newest(_ condition: String, _ database: Database) throws -> Int64? {
            try database.identifier(
                """
                SELECT execution.id FROM execution JOIN taskKeys ON taskKeys.id = execution.taskKeys
                WHERE \(condition) AND instr(taskKeys.content, CAST(? AS BLOB)) > 0 ORDER BY execution.id DESC LIMIT 1
                """, [hex])
        }
        return try database.read { database in
            try newest("outcome = 'succeeded'", database) ?? newest("true", database)
                ?? database.identifier(
                    "SELECT execution FROM job JOIN action ON action.job = job.id WHERE action.key = ?", [key.column])
        }
    }
}

extension Database {
    /// The inputs or outputs of an action, by name. `table` is `used` or `generatedBy`.
    package func contents(_ table: String, of action: Int64) throws -> [String: Digest] {
        let rows = try rows(
            """
            SELECT name, artifact.digest FROM \(table) JOIN artifact ON artifact.id = artifact
            WHERE action = ? ORDER BY position DESC
            """, [action])
        var contents: [String: Digest] = [:]
        for row in rows { contents[row[0]] = try Digest(row, 1) }
        return contents
    }

    func lineageExecution(_ record: ExecutionRecord) throws -> LineageExecution? {
        try row(
            """
            SELECT processor, artifact.digest, file, recipe, subject
            FROM execution LEFT JOIN artifact ON artifact.id = execution.manifest WHERE execution.id = ?
            """, [record.number]
        ).map { row in
            LineageExecution(
                record: record, processor: row[0], manifest: row.hasNull(atIndex: 1) ? nil : try Digest(row, 1),
                file: row[2], recipe: row[3], subject: row[4])
        }
    }
}
