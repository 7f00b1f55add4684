/// A checked graph of tasks: names are unique, every input has a source, and there are no cycles.
///
/// Tasks are numbered in the given order, and edges are arrays of task numbers.
public struct TaskGraph: Sendable {
    public let tasks: [PipelineTask]
    /// Positions in `tasks`, producers before consumers. Deterministic for a list of tasks.
    public let order: [Int]
    private let indices: [TaskID: Int32]
    /// The start of each task's inputs in `inputs`, plus a final end.
    private let inputStarts: [Int32]
    private let inputs: [ResolvedInput]
    private let consumerStarts: [Int32]
    private let allConsumers: [Int32]
    /// The start of each task's outputs in a flat list of all outputs, plus a final end.
    let outputStarts: [Int32]

    /// The producer of an input, and the output's position in its stage's list; -1 for a blob.
    struct ResolvedInput: Sendable {
        let producer: Int32
        let output: Int32
    }

    /// Checks and numbers the tasks. Throws a `GraphError` with all faults.
    public init(_ tasks: [PipelineTask]) throws(GraphError) {
        var builder = TaskGraphBuilder(tasks)
        builder.resolveInputs()
        guard builder.faults.isEmpty else {
            throw builder.faults.count == 1 ? builder.faults[0] : .several(builder.faults)
        }
        let (starts, consumers) = builder.consumers()
        let order = builder.topologicalOrder(starts, consumers)
        guard order.count == tasks.count else { throw .cycle(builder.cycle(outside: order)) }
        self.tasks = tasks
        self.order = order.map(Int.init)
        indices = builder.indices
        inputStarts = builder.inputStarts
        inputs = builder.inputs
        consumerStarts = starts
        allConsumers = consumers
        outputStarts = builder.outputStarts
    }

    public var count: Int { tasks.count }

    /// The position of a task in `tasks`.
    public func index(of id: TaskID) -> Int? { indices[id].map(Int.init) }

    /// The distinct tasks that use an output of `task`.
    func consumers(of task: Int) -> ArraySlice<Int32> {
        allConsumers[Int(consumerStarts[task])..<Int(consumerStarts[task + 1])]
    }

    func resolvedInputs(of task: Int) -> ArraySlice<ResolvedInput> {
        inputs[Int(inputStarts[task])..<Int(inputStarts[task + 1])]
    }

    /// The distinct tasks whose outputs `task` uses, in the order of its inputs.
    func producers(of task: Int) -> [Int] {
        var seen: Set<Int32> = []
        return resolvedInputs(of: task).compactMap { input in
            input.producer >= 0 && seen.insert(input.producer).inserted ? Int(input.producer) : nil
        }
    }

    /// The length of the longest chain from the start of each task to the end of the run, in seconds. Stages missing
    /// from `durations` count as one second.
    func criticalPaths(durations: [String: Double]) -> [Double] {
        var seconds = [Double](repeating: 0, count: count)
        for task in order.reversed() {
            let after = consumers(of: task).map { seconds[Int($0)] }.max() ?? 0
            seconds[task] = after + (durations[tasks[task].stageName] ?? 1)
        }
        return seconds
    }
}

extension TaskGraph {
    /// The positions of the targets and of everything that they depend on, ascending. Each target must be in the
    /// graph.
    public func closure(of targets: some Sequence<TaskID>) -> [Int] {
        var needed: Set<Int> = []
        var pending: [Int] = []
        for target in targets {
            guard let index = index(of: target) else { fatalError("there is no task \(target) in the graph") }
            pending.append(index)
        }
        while let task = pending.popLast() {
            if needed.insert(task).inserted { pending += producers(of: task) }
        }
        return needed.sorted()
    }

    /// The targets and everything that they depend on, in graph order.
    public func part(neededFor targets: some Sequence<TaskID>) -> [PipelineTask] {
        closure(of: targets).map { tasks[$0] }
    }
}
