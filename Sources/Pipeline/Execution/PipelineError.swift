/// An error of a task that its stage did not throw.
public enum PipelineError: Error, Sendable, Equatable {
    case unknownInput(task: TaskID, name: String, known: [String])
    case missingOutputs(task: TaskID, names: [String])
    case undeclaredOutputs(task: TaskID, names: [String])
    /// Another attempt at the same action has taken over the right to publish.
    case superseded(reason: String)
    /// The run was cancelled.
    case cancelled
    /// A task does not fit into the memory that the run may take, not even alone and with one thread.
    case needsMemory(task: TaskID, bytes: Int, limit: Int)
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
            "The result was discarded repeatedly: \(reason); check what else uses the store (nominal status), and run again."
        case .cancelled:
            "The run was cancelled; run again to continue."
        case .needsMemory(let task, let bytes, let limit):
            // A quarter more, because caches grow with the limit: by up to three sixteenths of it.
            "Task \(task) needs about \(bytes >> 20) MiB, with the program and one thread, but execution.memory allows "
                + "\(limit >> 20) MiB; raise it to \((bytes >> 20) * 5 / 4 + 1) MiB, or use smaller images or tiles (image), a "
                + "smaller network (network.baseWidth) or fewer steps per shard (training.stepsPerShard)."
        }
    }
}
