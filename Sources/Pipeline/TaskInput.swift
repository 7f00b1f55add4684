import ContentStore

/// Where the content of a task's input comes from.
public enum TaskInputSource: Sendable, Hashable {
    /// A blob that is in the store before the run.
    case blob(Digest)
    /// A declared output of another task.
    case output(TaskID, String)
}

/// An input of a task, under the name by which its stage asks for it.
public struct TaskInput: Sendable, Hashable {
    public let name: String
    public let source: TaskInputSource

    public init(name: String, source: TaskInputSource) {
        self.name = name
        self.source = source
    }
}
