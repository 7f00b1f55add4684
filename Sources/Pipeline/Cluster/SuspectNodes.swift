/// Nodes on which elements end before they have begun a task: because the store is not mounted there, or another program is
/// installed. Such a node is idle all the time, so that a cluster would give it one element after the other.
struct SuspectNodes {
    /// When an element last ended like that, by node.
    private var since: [String: Double] = [:]
    let avoidanceSeconds: Double

    init(avoidanceSeconds: Double) { self.avoidanceSeconds = avoidanceSeconds }

    /// An element has ended on a node and had not begun a task.
    mutating func suspect(_ node: String, now: Double) { since[node] = now }

    /// An element has begun a task on a node.
    mutating func clear(_ node: String) { since[node] = nil }

    mutating func clear() { since = [:] }

    /// Which nodes to keep elements from, sorted: none where that would leave no other, since then it is not the nodes.
    func avoided(of nodes: Set<String>, now: Double) -> [String] {
        let suspects = since.filter { now - $0.value < avoidanceSeconds && nodes.contains($0.key) }.keys.sorted()
        return suspects.count < nodes.count ? suspects : []
    }
}
