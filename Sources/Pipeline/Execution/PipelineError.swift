/// An error of a task that its stage did not throw.
public enum PipelineError: Error, Sendable, Equatable {
    case unknownInput(task: TaskID, name: String, known: [String])
    case missingOutputs(task: TaskID, names: [String])
    case undeclaredOutputs(task: TaskID, names: [String])
    /// Another attempt at the same action has taken over the right to publish.
    case superseded(reason: String)
    /// The run was cancelled.
    case cancelled
}

extension PipelineError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownInput(let task, let name, let known):
            "Task \(task) has no input \(name), it has: \(known.joined(separator: ", ")); wire it in the task graph."
        case .missingOutputs(let task, let names):
            "Task \(task) did not write \(names.joined(separator: ", ")), which its stage declares; write or undeclare."
        case .undeclaredOutputs(let task, let names):
            "Task \(task) wrote \(names.joined(separator: ", ")), which its stage does not declare; declare or remove."
        case .superseded(let reason):
            "The result was discarded time and again: \(reason); look what else uses the store (nominal status), and run again."
        case .cancelled:
            "The run was cancelled; run again to continue."
        }
    }
}
