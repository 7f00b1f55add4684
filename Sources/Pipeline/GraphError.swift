/// What is wrong with a list of tasks.
public indirect enum GraphError: Error, Sendable, Equatable {
    case duplicateTask(TaskID)
    case unknownProducer(task: TaskID, input: String, producer: TaskID)
    case unknownOutput(task: TaskID, input: String, producer: TaskID, output: String, declared: [String])
    case duplicateInput(task: TaskID, input: String)
    case invalidOutputName(task: TaskID, output: String)
    case duplicateOutput(task: TaskID, output: String)
    /// Each task needs the next one, the last one needs the first.
    case cycle([TaskID])
    /// All faults, in the order of the tasks.
    case several([GraphError])
}

extension GraphError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .duplicateTask(let id):
            "Two tasks are called \(id); give each task a name of its own."
        case .unknownProducer(let task, let input, let producer):
            "Input \(input) of task \(task) comes from task \(producer), which does not exist; add it or name another."
        case .unknownOutput(let task, let input, let producer, let output, let declared):
            "Input \(input) of task \(task) is output \(output) of \(producer), which declares only "
                + "\(declared.joined(separator: ", ")); use one of those."
        case .duplicateInput(let task, let input):
            "Task \(task) has two inputs called \(input); give each input a name of its own."
        case .invalidOutputName(let task, let output):
            "Task \(task) declares the output \"\(output)\", which is not a plain file name; use one without slashes."
        case .duplicateOutput(let task, let output):
            "Task \(task) declares the output \(output) twice; declare it once."
        case .cycle(let ids):
            "The tasks form a cycle: \((ids + ids.prefix(1)).map(\.path).joined(separator: " needs ")); "
                + "remove one of these inputs."
        case .several(let faults):
            faults.map(\.description).joined(separator: "\n")
        }
    }
}
