/// Tasks that may start, the one with the longest critical path first; a binary heap. Ties go to the lower number.
struct ReadyQueue: Sendable {
    private var heap: [Int32] = []
    private let priorities: [Double]

    init(priorities: [Double]) { self.priorities = priorities }

    var first: Int? { heap.first.map(Int.init) }

    /// True if `left` shall start before `right`.
    func precedes(_ left: Int, _ right: Int) -> Bool {
        priorities[left] != priorities[right] ? priorities[left] > priorities[right] : left < right
    }

    mutating func insert(_ task: Int) {
        heap.append(Int32(task))
        var child = heap.count - 1
        while child > 0, precedes(Int(heap[child]), Int(heap[(child - 1) / 2])) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Int? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return Int(first) }
        heap[0] = last
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if precedes(Int(heap[child]), Int(heap[best])) { best = child }
            }
            if best == parent { return Int(first) }
            heap.swapAt(parent, best)
            parent = best
        }
    }
}
