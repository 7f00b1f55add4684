/// The share of the machine that running tasks take: places for whole-machine tasks, and estimated memory.
struct MachineShare: Sendable {
    private let graph: TaskGraph
    /// The maximum number of running whole-machine tasks.
    private let wholeMachineLimit: Int
    private var wholeMachineCount = 0
    private let memoryLimit: MemoryLimit?
    /// The estimated memory of each task and of the running tasks, in bytes. Empty without a limit.
    private let memory: [Int]
    private var memoryInUse = 0

    /// - Parameters:
    ///   - wholeMachineLimit: The maximum number of whole-machine tasks at once; at least 1 is taken.
    ///   - memory: The limit on the memory of running tasks. A task that exceeds it alone runs alone.
    ///   - threads: The number of threads of a whole-machine task without that limit.
    init(graph: TaskGraph, wholeMachineLimit: Int, memory limit: MemoryLimit?, threads: Int) {
        self.graph = graph
        self.wholeMachineLimit = max(wholeMachineLimit, 1)
        memoryLimit = limit
        memory =
            limit.map { limit in
                graph.tasks.map {
                    $0.memory.bytes(threads: limit.threads($0.threads(of: threads), for: $0.memory))
                }
            } ?? []
    }

    /// True if one more whole-machine task may run.
    var hasPlace: Bool { wholeMachineCount < wholeMachineLimit }

    /// True if a task fits beside the running tasks, or if none runs.
    func hasMemory(for task: Int) -> Bool {
        guard let memoryLimit, memoryInUse > 0 else { return true }
        return memoryLimit.holds(memoryInUse + memory[task])
    }

    mutating func take(_ task: Int) {
        if graph.tasks[task].resources == .wholeMachine { wholeMachineCount += 1 }
        if memoryLimit != nil { memoryInUse += memory[task] }
    }

    mutating func release(_ task: Int) {
        if graph.tasks[task].resources == .wholeMachine { wholeMachineCount -= 1 }
        if memoryLimit != nil { memoryInUse -= memory[task] }
    }
}
