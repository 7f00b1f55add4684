import GRDB

/// Facts from the database for planning a garbage collection.
struct CollectionFacts {
    /// The reason to keep a blob.
    private(set) var holders: [Digest: CollectionPlan.Hold] = [:]
    /// The index in `results` of the result that recomputes a blob.
    private(set) var makers: [Digest: Int] = [:]
    private(set) var results: [(task: String, seconds: Double)] = []

    private var outputs: Set<Digest> = []

    private struct Product {
        let action: Int64
        let artifact: Int64
        let isOutput: Bool
    }

    /// Rows of actions and artifacts that are kept for one reason.
    struct Kept {
        var actions: Set<Int64> = []
        var artifacts: Set<Int64> = []
    }

    init(_ database: Database, kept: [CollectionPlan.Hold: Kept]) throws {
        var digests: [Int64: Digest] = [:]
        var sizes: [Int64: Int] = [:]
        let artifacts = try Row.fetchCursor(database, sql: "SELECT id, digest, sizeBytes FROM artifact")
        while let row = try artifacts.next() {
            let artifact: Int64 = row[0]
            digests[artifact] = try Digest(row, 1)
            sizes[artifact] = row[2] ?? 0
        }
        let products = try Self.products(database)
        var positions: [Int64: Int] = [:]
        let actions = try Row.fetchCursor(
            database,
            sql: """
                SELECT action.id, job.task, job.durationSeconds FROM action JOIN job ON job.id = action.job
                ORDER BY action.key
                """)
        while let row = try actions.next() {
            positions[row[0]] = results.count
            results.append((row[1], row[2] ?? 0))
        }
        var bytes = [Int](repeating: 0, count: results.count)
        for product in products {
            if let position = positions[product.action] { bytes[position] += sizes[product.artifact] ?? 0 }
        }
        for product in products {
            guard let digest = digests[product.artifact], let position = positions[product.action] else { continue }
            note(position, makes: digest, product.isOutput, bytes)
        }
        for hold in CollectionPlan.Hold.allCases.reversed() {
            guard let kept = kept[hold] else { continue }
            for artifact in try kept.artifacts.union(Self.needed(by: kept.actions, products, database)) {
                if let digest = digests[artifact] { holders[digest] = hold }
            }
        }
    }

    private static func products(_ database: Database) throws -> [Product] {
        try [("generatedBy", true), ("reference", false)].flatMap { table, isOutput in
            try database.rows(
                """
                SELECT action, artifact FROM \(table) JOIN action ON action.id = action WHERE job IS NOT NULL
                ORDER BY action, artifact
                """
            ).map { Product(action: $0[0], artifact: $0[1], isOutput: isOutput) }
        }
    }

    /// Outputs and references of the actions, and inputs that no action makes, which cannot be recomputed.
    private static func needed(
        by actions: Set<Int64>, _ products: [Product], _ database: Database
    ) throws -> Set<Int64> {
        var needed = Set(products.lazy.filter { actions.contains($0.action) }.map(\.artifact))
        let made = Set(products.lazy.map(\.artifact))
        for action in actions {
            needed.formUnion(
                try database.identifiers("SELECT artifact FROM used WHERE action = ?", [action])
                    .filter { !made.contains($0) })
        }
        return needed
    }

    /// Chooses the result that recomputes a blob: one that has it as an output before one that refers to it, then the
    /// one with the least time per byte.
    private mutating func note(_ position: Int, makes digest: Digest, _ isOutput: Bool, _ bytes: [Int]) {
        guard let former = makers[digest] else {
            makers[digest] = position
            if isOutput { outputs.insert(digest) }
            return
        }
        // `products` lists all outputs before all references.
        guard isOutput || !outputs.contains(digest) else { return }
        let old = results[former].seconds * Double(bytes[position])
        if results[position].seconds * Double(bytes[former]) < old { makers[digest] = position }
    }
}
