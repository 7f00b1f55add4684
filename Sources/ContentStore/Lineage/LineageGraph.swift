/// How something came to be, or what became of it: actions, the contents that they used and made, and the runs that performed them.
///
/// Actions and artifacts are named by their positions. The order is that of discovery from the roots, and so the same for the same
/// store.
public struct LineageGraph: Sendable {
    public enum Direction: Sendable {
        /// To what it was made from.
        case up
        /// To what was made from it.
        case down
    }

    /// Content that the store knows: a blob, or a file that it has only seen.
    public struct Artifact: Sendable, Equatable {
        public let digest: Digest
        /// Nil for a file of which the store has no copy.
        public let sizeBytes: Int?
    }

    /// A computation that was performed, by the attempt whose result counts.
    public struct Action: Sendable, Equatable {
        public let key: Digest
        public let stage: String
        public let version: Int
        public let task: String
        public let attempt: Int
        public let execution: Int64
        /// When the work began, in nanoseconds since 1970; of an import that does not say it, when it came.
        public let startedAt: Int64
        public let durationSeconds: Double
        /// Nil for what this store's own runs have made.
        public let imported: Import?
        /// Key parts, without those that name sources.
        public let parameters: [Parameter]
        /// Blobs besides the outputs that belong to the result, such as maps.
        public let referenceCount: Int
    }

    /// How a result came in a bundle. Then `execution` is the import.
    public struct Import: Sendable, Equatable {
        /// Nanoseconds since 1970.
        public let at: Int64
        /// As the bundle says; nil for one of an earlier version, which does not.
        public let maker: Maker?
    }

    /// The run that made a result elsewhere.
    public struct Maker: Sendable, Hashable {
        /// Its number there.
        public let run: Int64
        public let versions: String
        /// The processor's model name.
        public let processor: String
    }

    public struct Parameter: Sendable, Equatable {
        public let name: String
        /// See `KeyValue.readable`.
        public let readable: String
    }

    public enum Relation: Sendable, Equatable {
        /// An input, by its name.
        case used
        /// A file that the key names, by the name of the key part; `role` says where in its value.
        case source(role: String)
        /// An output, by its name.
        case generated
        /// A blob that belongs to the result without being an output.
        case referred
    }

    public struct Edge: Sendable, Equatable {
        public let action: Int
        public let artifact: Int
        public let relation: Relation
        public let name: String
    }

    /// How much is told.
    public enum Detail: Sendable, Equatable {
        case everything
        /// Files from outside are counted in `unnamedSources`, but for what is in the graph anyway, and `focus`. Parameters are
        /// left out.
        case outline(focus: Digest?)
    }

    /// A file from outside of which no more is told than that an action names it.
    public struct UnnamedSource: Sendable, Equatable {
        public let action: Int
        /// As in `Relation.source`.
        public let role: String
        /// The same for the same content, in one graph.
        public let content: Int64
    }

    public internal(set) var artifacts: [Artifact] = []
    public internal(set) var actions: [Action] = []
    public internal(set) var edges: [Edge] = []
    /// Of an outline.
    public internal(set) var unnamedSources: [UnnamedSource] = []
    /// What it is the lineage of, in `artifacts`.
    public internal(set) var roots: [Int] = []
    /// The runs that performed the actions, by number.
    public internal(set) var executions: [LineageExecution] = []

    public init() {}
}

/// An action that worked on what an image file became.
public struct SourceUse: Sendable, Equatable {
    public let key: Digest
    public let task: String
    public let execution: Int64
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    /// By name.
    public let inputs, outputs: [String: Digest]
}

/// A run of the program, as an auditor wants to know it.
public struct LineageExecution: Sendable, Equatable {
    public let record: ExecutionRecord
    /// The processor's model name.
    public let processor: String
    /// The bytes of the job's manifest, where it had one.
    public let manifest: Digest?
    /// The path of the manifest as it was given.
    public let file: String?
    public let recipe: String?
    public let subject: String?
}
