import GRDB

/// Rows of models and promotions.
extension Database {
    func models(_ condition: String, _ arguments: StatementArguments) throws -> [(row: Int64, model: RegisteredModel)] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT model.id, model.name, model.version, artifact.digest, model.registeredAt
                FROM model JOIN artifact ON artifact.id = model.artifact WHERE \(condition)
                """, arguments: arguments
        ).map { row in
            let model = RegisteredModel(
                name: row[1], version: row[2], digest: try Digest(row, 3), registeredAt: row[4])
            return (row[0], model)
        }
    }

    /// The model that a reference means; `nil` where there is none.
    func model(_ reference: ModelReference) throws -> (row: Int64, model: RegisteredModel)? {
        switch reference.selector {
        case .version(let version):
            try models("model.name = ? AND model.version = ?", [reference.name, version]).first
        case .latest: try models("model.name = ? ORDER BY model.version DESC LIMIT 1", [reference.name]).first
        case .production:
            try models(
                "model.id = (SELECT model FROM promotion WHERE name = ? ORDER BY id DESC LIMIT 1)", [reference.name]
            ).first
        }
    }

    /// The models of a name that were in production and not rolled back, the present one last.
    func productionStack(_ name: String) throws -> [Int64] {
        let rows = try Row.fetchAll(
            self, sql: "SELECT kind, model FROM promotion WHERE name = ? ORDER BY id", arguments: [name])
        var stack: [Int64] = []
        for row in rows {
            let kind: String = row[0]
            if kind == Promotion.Kind.promoted.rawValue { stack.append(row[1]) } else { stack.removeLast() }
        }
        return stack
    }

    func addPromotion(
        _ kind: Promotion.Kind, _ model: Int64, of name: String, replacing replaced: Int64?, by decider: String,
        _ reason: String
    ) throws {
        try run(
            """
            INSERT INTO promotion (name, kind, model, replaced, decidedBy, reason, decidedAt)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, [name, kind.rawValue, model, replaced, decider, reason, HostClock.wallNanoseconds()])
        try link(.promotion, lastInsertedRowID)
    }
}
