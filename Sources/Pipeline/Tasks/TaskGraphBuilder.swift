/// Numbers a list of tasks and collects its faults.
struct TaskGraphBuilder {
    private let tasks: [PipelineTask]
    private(set) var faults: [GraphError] = []
    private(set) var indices: [TaskID: Int32] = [:]
    private(set) var inputStarts: [Int32] = [0]
    private(set) var inputs: [TaskGraph.ResolvedInput] = []
    private(set) var outputStarts: [Int32] = [0]

    init(_ tasks: [PipelineTask]) {
        self.tasks = tasks
        indices.reserveCapacity(tasks.count)
        inputStarts.reserveCapacity(tasks.count + 1)
        outputStarts.reserveCapacity(tasks.count + 1)
        for (index, task) in tasks.enumerated() {
            if indices.updateValue(Int32(index), forKey: task.id) != nil { faults.append(.duplicateTask(task.id)) }
            let outputs = task.stage.outputs
            for (position, output) in outputs.enumerated() {
                // Compares bytes: a search by characters takes a hundred times as long.
                if ["", ".", ".."].contains(output)
                    || output.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") })
                {
                    faults.append(.invalidOutputName(task: task.id, output: output))
                }
                if outputs[..<position].contains(output) {
                    faults.append(.duplicateOutput(task: task.id, output: output))
                }
            }
            outputStarts.append(outputStarts[index] + Int32(outputs.count))
        }
    }

    mutating func resolveInputs() {
        for task in tasks {
            var names: Set<String> = []
            for input in task.inputs {
                if task.inputs.count > 1, !names.insert(input.name).inserted {
                    faults.append(.duplicateInput(task: task.id, input: input.name))
                }
                inputs.append(resolve(input, task))
            }
            inputStarts.append(Int32(inputs.count))
        }
    }

    private mutating func resolve(_ input: TaskInput, _ task: PipelineTask) -> TaskGraph.ResolvedInput {
        let external = TaskGraph.ResolvedInput(producer: -1, output: -1)
        guard case .output(let id, let name) = input.source else { return external }
        guard let producer = indices[id] else {
            faults.append(.unknownProducer(task: task.id, input: input.name, producer: id))
            return external
        }
        let declared = tasks[Int(producer)].stage.outputs
        guard let output = declared.firstIndex(of: name) else {
            faults.append(
                .unknownOutput(task: task.id, input: input.name, producer: id, output: name, declared: declared))
            return external
        }
        return TaskGraph.ResolvedInput(producer: producer, output: Int32(output))
    }

    /// The distinct producers of a task.
    private func producers(_ task: Int) -> [Int32] {
        let range = Int(inputStarts[task])..<Int(inputStarts[task + 1])
        if range.count == 1 { return inputs[range].filter { $0.producer >= 0 }.map(\.producer) }
        return Set(inputs[range].lazy.filter { $0.producer >= 0 }.map(\.producer)).sorted()
    }

    /// The distinct consumers of all tasks in one list, ascending per task, and the start of each task's part.
    func consumers() -> (starts: [Int32], consumers: [Int32]) {
        var starts = [Int32](repeating: 0, count: tasks.count + 1)
        for task in tasks.indices {
            for producer in producers(task) { starts[Int(producer) + 1] += 1 }
        }
        for task in tasks.indices { starts[task + 1] += starts[task] }
        var next = starts
        var consumers = [Int32](repeating: 0, count: Int(starts[tasks.count]))
        for task in tasks.indices {
            for producer in producers(task) {
                consumers[Int(next[Int(producer)])] = Int32(task)
                next[Int(producer)] += 1
            }
        }
        return (starts, consumers)
    }

    /// Kahn's algorithm in first-in, first-out order. The result is shorter than the list of tasks if there is a
    /// cycle.
    func topologicalOrder(_ starts: [Int32], _ consumers: [Int32]) -> [Int32] {
        var missing = [Int32](repeating: 0, count: tasks.count)
        for consumer in consumers { missing[Int(consumer)] += 1 }
        var order = tasks.indices.filter { missing[$0] == 0 }.map { Int32($0) }
        var position = 0
        while position < order.count {
            let task = Int(order[position])
            position += 1
            for consumer in consumers[Int(starts[task])..<Int(starts[task + 1])] {
                missing[Int(consumer)] -= 1
                if missing[Int(consumer)] == 0 { order.append(consumer) }
            }
        }
        return order
    }

    /// A cycle among the unordered tasks, from the first of them in the list.
    func cycle(outside order: [Int32]) -> [TaskID] {
        let placed = Set(order)
        guard var task = tasks.indices.first(where: { !placed.contains(Int32($0)) }) else { return [] }
        var path: [Int] = []
        // Every unordered task depends on another one, so the walk must revisit a task.
        while !path.contains(task) {
            path.append(task)
            guard let next = producers(task).first(where: { !placed.contains($0) }) else { return [] }
            task = Int(next)
        }
        let cycle = path[path.firstIndex(of: task)!...]
        let start = cycle.min()!
        return (cycle.drop { $0 != start } + cycle.prefix { $0 != start }).map { tasks[$0].id }
    }
}

/// The faults of a list of tasks.
public indirect enum GraphError: Error, Sendable, Equatable {
    case duplicateTask(TaskID)
    case unknownProducer(task: TaskID, input: String, producer: TaskID)
    case unknownOutput(task: TaskID, input: String, producer: TaskID, output: String, declared: [String])
    case duplicateInput(task: TaskID, input: String)
    case invalidOutputName(task: TaskID, output: String)
    case duplicateOutput(task: TaskID, output: String)
    /// Each task depends on the next one, and the last one on the first.
    case cycle([TaskID])
    /// All faults, in task order.
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
