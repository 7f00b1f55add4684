import ContentStore

/// A kind of computation with its parameters: what a task does.
///
/// Everything that can change the outputs must be in `name`, `version`, `parameters` or the inputs; a stage reads
/// nothing else. Raise `version` when the same parameters and inputs shall give other outputs than before.
public protocol Stage: Sendable {
    static var name: String { get }
    static var version: Int { get }
    var parameters: [KeyPart] { get }
    /// The names of the files that `run` writes, all of them and no others; plain names without slashes.
    var outputs: [String] { get }

    /// Reads inputs and writes outputs through `context`, on a thread that may block. An error fails the task with the
    /// error's description. When it returns, nothing that it has started may go on: the next attempt may get its folder.
    func run(_ context: TaskContext) throws
}
