import ContentStore
import Folders

/// The name of a task within its graph: components separated by slashes, such as "toothbrush/train/3".
public struct TaskID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var description: String { path }

    public static func < (left: TaskID, right: TaskID) -> Bool { left.path < right.path }
}

/// The origin of a task input.
public enum TaskInputSource: Sendable, Hashable {
    /// A blob that is in the store before the run.
    case blob(Digest)
    /// A declared output of another task.
    case output(TaskID, String)
}

/// A named input of a task.
public struct TaskInput: Sendable, Hashable {
    public let name: String
    public let source: TaskInputSource

    public init(name: String, source: TaskInputSource) {
        self.name = name
        self.source = source
    }
}

/// The share of the machine that a task needs.
public enum TaskResources: Sendable, Hashable {
    /// One core.
    case light
    /// All the cores that a run may use.
    case wholeMachine
}

/// The location of a source file, such as an image. It is not part of the action key: the digest of the file is.
public struct FileLocation: Sendable, Hashable {
    public let path: String
    /// The folder that must contain the file after links are resolved; `nil` for no restriction.
    public let folder: NamedFolder?

    public init(path: String, folder: NamedFolder?) { (self.path, self.folder) = (path, folder) }
}

/// A node of a task graph: a stage with its settings, applied to inputs.
public struct PipelineTask: Sendable {
    public private(set) var id: TaskID
    public let stage: any Stage
    /// The inputs in order. The order is part of the action key.
    public let inputs: [TaskInput]
    /// The locations of the source files that the settings name, keyed by that name.
    public let sources: [String: FileLocation]
    public let resources: TaskResources
    /// True if only other tasks read the outputs. The task counts as done even if its blobs were collected; they are
    /// recomputed when a task needs them.
    public let isIntermediate: Bool
    /// Ready tasks of a lower rank start first, whatever their critical path. Not part of the action key.
    public let rank: Int
    public let memory: TaskMemory
    /// The digest of the stage's settings.
    package let settings: Digest

    public init(
        id: TaskID, stage: any Stage, inputs: [TaskInput], sources: [String: FileLocation] = [:],
        resources: TaskResources = .light, isIntermediate: Bool = false, rank: Int = 0, memory: TaskMemory = .small
    ) {
        self.id = id
        self.stage = stage
        self.inputs = inputs
        self.sources = sources
        self.resources = resources
        self.isIntermediate = isIntermediate
        self.rank = rank
        self.memory = memory
        settings = stage.settingsDigest
    }

    /// The same task under another name.
    package func renamed(_ path: String) -> PipelineTask {
        var task = self
        task.id = TaskID(path)
        return task
    }

    /// The number of threads, of those of a whole-machine task.
    func threads(of threads: Int) -> Int { resources == .wholeMachine ? threads : 1 }

    var stageName: String { type(of: stage).name }
}
