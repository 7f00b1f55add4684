/// Tasks that may be put together in an array.
struct ElementKind: Hashable, Comparable {
    let stage: String
    let isWholeMachine: Bool

    init(_ task: PipelineTask) { (stage, isWholeMachine) = (task.stageName, task.resources == .wholeMachine) }

    static func < (left: ElementKind, right: ElementKind) -> Bool { left.stage < right.stage }
}

/// How tasks are put together in elements: so that one takes about as long as it should, and idle processors get something to do.
struct ElementSizes: Sendable {
    /// Seconds that an element should take, and the fewest that make up for the start of one.
    let elementSeconds: Double
    static let leastSeconds = 5.0
    /// Tasks in an element while nothing is known of how long one takes.
    static let unmeasuredCount = 8
    /// So that a lost element does not take too much with it, and its specification stays small.
    static let countLimit = 1000

    /// Into how many elements to put `count` tasks of `seconds` each, `nil` where that is not known.
    func elements(for count: Int, seconds: Double?, idleCores: Int?) -> Int {
        guard count > 0 else { return 0 }
        let least = (count + Self.countLimit - 1) / Self.countLimit
        // Measured elsewhere: a number that cannot be says nothing.
        guard let seconds, (0..<1e9).contains(seconds) else {
            return max(least, (count + Self.unmeasuredCount - 1) / Self.unmeasuredCount)
        }
        let total = Double(count) * seconds
        let full = (total / max(elementSeconds, seconds)).rounded(.up)
        let small = min(Double(idleCores ?? 0), (total / max(Self.leastSeconds, seconds)).rounded(.up))
        return min(max(least, Int(max(full, small))), count)
    }

    /// Where each of `elements` begins and ends among `count` tasks: sizes differ by one at most.
    static func ranges(of count: Int, in elements: Int) -> [Range<Int>] {
        (0..<elements).map { count * $0 / elements..<count * ($0 + 1) / elements }
    }
}

/// How much of a kind a queue that has limits takes at a time, as far as it has shown.
struct QueueCapacity {
    /// The most elements to ask for in one array.
    private(set) var elements = Int.max
    /// When to ask again.
    private(set) var closedUntil = 0.0
    private var refusedSince: Double?
    private var delaySeconds = 0.0
    private var reopening = 0.0

    /// It has taken an array.
    mutating func took(_ count: Int) {
        (refusedSince, delaySeconds) = (nil, 0)
        if elements < .max { elements = max(elements, count.multipliedReportingOverflow(by: 2).partialValue) }
    }

    /// It had no room for an array: for half of it there may be, and for a single element when some time has gone by.
    ///
    /// - Parameter isOut: whether something of this run is in the queue, which will make room.
    /// - Returns: whether that has been so for too long.
    mutating func refused(_ count: Int, isOut: Bool, now: Double, _ options: ClusterOptions) -> Bool {
        let since = isOut ? now : refusedSince ?? now
        refusedSince = since
        elements = max(count / 2, 1)
        let isExhausted = now - since > options.patienceSeconds
        guard count == 1 else { return isExhausted }
        delaySeconds = min(max(2 * delaySeconds, options.refusedSeconds), options.longestRefusedSeconds)
        closedUntil = now + delaySeconds
        reopening = now + options.refusedSeconds / 3
        return isExhausted
    }

    /// Something of this run has ended, so there may be room sooner.
    mutating func vacated() { closedUntil = min(closedUntil, reopening) }
}

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
