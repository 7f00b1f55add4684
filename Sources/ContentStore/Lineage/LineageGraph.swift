/// The provenance of contents, or their use: actions, the contents that they used and made, and the runs that performed
/// them.
///
/// Actions and artifacts are referred to by index. They are in order of discovery from the roots, which is equal for
/// equal stores.
public struct LineageGraph: Sendable {
    public enum Direction: Sendable {
        /// Towards origins.
        case up
        /// Towards what was made from it.
        case down
    }

    /// A content that the store knows: a blob, or an input file.
    public struct Artifact: Sendable, Equatable {
        public let digest: Digest
        /// Nil if the store has no copy.
        public let sizeBytes: Int?
    }

    /// A computation, with the attempt whose result is current.
    public struct Action: Sendable, Equatable {
        public let key: Digest
        public let stage: String
        public let version: Int
        public let task: String
        public let attempt: Int
        public let execution: Int64
        /// The start of the computation in nanoseconds since 1970; for an import without it, the time of the import.
        public let startedAt: Int64
        public let durationSeconds: Double
        /// Nil for results of this store's own runs.
        public let imported: Import?
        /// Key parts other than sources.
        public let parameters: [Parameter]
        /// The number of blobs that belong to the result besides its outputs, such as maps.
        public let referenceCount: Int
    }

    /// The import of a result. `execution` is then the importing run.
    public struct Import: Sendable, Equatable {
        /// Nanoseconds since 1970.
        public let at: Int64
        /// The run that made the result; nil if the bundle does not name it.
        public let maker: Maker?
    }

    /// The run that made a result elsewhere.
    public struct Maker: Sendable, Hashable {
        /// The number of the run in its store.
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
        /// An input, named as in the action.
        case used
        /// A file in the action's key, named by its key part; `role` is its place in the value.
        case source(role: String)
        /// An output, named as in the action.
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

    /// The level of detail.
    public enum Detail: Sendable, Equatable {
        case everything
        /// Input files are only listed in `unnamedSources`, except `focus` and those in the graph for another reason.
        /// Parameters are omitted.
        case outline(focus: Digest?)
    }

    /// An input file of an action, without details.
    public struct UnnamedSource: Sendable, Equatable {
        public let action: Int
        /// Equal to the role of `Relation.source`.
        public let role: String
        /// Equal for equal contents within one graph.
        public let content: Int64
    }

    public internal(set) var artifacts: [Artifact] = []
    public internal(set) var actions: [Action] = []
    public internal(set) var edges: [Edge] = []
    /// Empty unless the graph is an outline.
    public internal(set) var unnamedSources: [UnnamedSource] = []
    /// The starting points, as indices of `artifacts`.
    public internal(set) var roots: [Int] = []
    /// The runs that performed the actions, by number.
    public internal(set) var executions: [LineageExecution] = []

    public init() {}
}

/// An action on something made from an image file.
public struct SourceUse: Sendable, Equatable {
    public let key: Digest
    public let task: String
    public let execution: Int64
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    /// Keyed by name.
    public let inputs, outputs: [String: Digest]
}

/// A run with the details that an audit needs.
public struct LineageExecution: Sendable, Equatable {
    public let record: ExecutionRecord
    /// The processor's model name.
    public let processor: String
    /// The blob of the job's manifest, if any.
    public let manifest: Digest?
    /// The path of the manifest, as given.
    public let file: String?
    public let recipe: String?
    public let subject: String?
}
