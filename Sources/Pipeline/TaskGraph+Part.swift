extension TaskGraph {
    /// The positions in `tasks` of some tasks and of everything that they need, ascending. Each task must be in the graph.
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

    /// The tasks that are needed for some of them, those included, in their order: a graph of their own.
    public func part(neededFor targets: some Sequence<TaskID>) -> [PipelineTask] {
        closure(of: targets).map { tasks[$0] }
    }
}
