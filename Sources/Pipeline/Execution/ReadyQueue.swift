import HeapModule

/// The tasks that may start, light and whole-machine ones apart, each in the order of `ReadyTask`.
struct ReadyQueue: Sendable {
    private let graph: TaskGraph
    private let priorities: [Double]
    private var light = Heap<ReadyTask>()
    private var wholeMachine = Heap<ReadyTask>()

    /// - Parameter priorities: Seconds of the longest path from each task to the end of the graph.
    init(graph: TaskGraph, priorities: [Double]) {
        (self.graph, self.priorities) = (graph, priorities)
    }

    var isEmpty: Bool { light.isEmpty && wholeMachine.isEmpty }

    mutating func insert(_ task: Int) {
        let ready = ReadyTask(rank: graph.tasks[task].rank, priority: priorities[task], task: Int32(task))
        switch graph.tasks[task].resources {
        case .light: light.insert(ready)
        case .wholeMachine: wholeMachine.insert(ready)
        }
    }

    /// Takes the greatest task among those that may start; `nil` if it lacks memory, or if `onlyLight` excludes it.
    ///
    /// - Parameter isMachineBusy: True if no whole-machine task may start for now.
    mutating func takeNext(share: MachineShare, isMachineBusy: Bool, onlyLight: Bool) -> Int? {
        let heavy = isMachineBusy || !share.hasPlace ? nil : wholeMachine.max
        if let heavy, light.max.map({ $0 < heavy }) ?? true {
            // A light task ahead would delay it, as would smaller ones ahead of a task that waits for memory.
            if onlyLight || !share.hasMemory(for: Int(heavy.task)) { return nil }
            return wholeMachine.popMax().map { Int($0.task) }
        }
        guard let first = light.max, share.hasMemory(for: Int(first.task)) else { return nil }
        return light.popMax().map { Int($0.task) }
    }
}

/// A task that may start. Greater tasks start first: the lowest rank, then the longest critical path in seconds, then
/// the lowest number.
private struct ReadyTask: Comparable, Sendable {
    let rank: Int
    let priority: Double
    let task: Int32

    static func < (left: ReadyTask, right: ReadyTask) -> Bool {
        if left.rank != right.rank { return left.rank > right.rank }
        return left.priority != right.priority ? left.priority < right.priority : left.task > right.task
    }
}
