/// The kind of a task. An array holds tasks of one kind.
struct ElementKind: Hashable, Comparable {
    let stage: String
    let isWholeMachine: Bool

    init(_ task: PipelineTask) { (stage, isWholeMachine) = (task.stageName, task.resources == .wholeMachine) }

    static func < (left: ElementKind, right: ElementKind) -> Bool { left.stage < right.stage }
}

/// The grouping of tasks into elements. It aims at the target duration, and uses smaller elements to occupy idle
/// processors.
struct ElementSizes: Sendable {
    /// The target duration of an element.
    let elementSeconds: Double
    /// The shortest duration of an element that justifies its startup cost.
    static let leastSeconds = 5.0
    /// The number of tasks per element while their duration is unknown.
    static let unmeasuredCount = 8
    /// The maximum number of tasks per element. Limits the cost of a lost element and the size of its specification.
    static let countLimit = 1000

    /// The number of elements for `count` tasks of `seconds` each (`nil` if unknown).
    func elements(for count: Int, seconds: Double?, idleCores: Int?) -> Int {
        guard count > 0 else { return 0 }
        let least = (count + Self.countLimit - 1) / Self.countLimit
        // Other machines measure durations, so implausible values are ignored.
        guard let seconds, (0..<1e9).contains(seconds) else {
            return max(least, (count + Self.unmeasuredCount - 1) / Self.unmeasuredCount)
        }
        let total = Double(count) * seconds
        let full = (total / max(elementSeconds, seconds)).rounded(.up)
        let small = min(Double(idleCores ?? 0), (total / max(Self.leastSeconds, seconds)).rounded(.up))
        return min(max(least, Int(max(full, small))), count)
    }

    /// The ranges of `count` tasks in each of `elements` elements. Sizes differ by at most one.
    static func ranges(of count: Int, in elements: Int) -> [Range<Int>] {
        (0..<elements).map { count * $0 / elements..<count * ($0 + 1) / elements }
    }
}

/// The number of elements of a kind that the queue accepts at a time, learned from its answers.
struct QueueCapacity {
    /// The maximum size of the next array.
    private(set) var elements = Int.max
    /// The time of the next submission.
    private(set) var closedUntil = 0.0
    private var refusedSince: Double?
    private var delaySeconds = 0.0
    private var reopening = 0.0

    /// Records an accepted array and doubles the limit.
    mutating func took(_ count: Int) {
        (refusedSince, delaySeconds) = (nil, 0)
        if elements < .max { elements = max(elements, count.multipliedReportingOverflow(by: 2).partialValue) }
    }

    /// Records a rejected array. Halves the limit; after a rejected single element, submissions pause.
    ///
    /// - Parameter isOut: True if the queue holds other elements of this run, which will make room.
    /// - Returns: True if the queue has had no room for longer than `patienceSeconds`.
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

    /// Shortens the pause, because an element of this run has ended.
    mutating func vacated() { closedUntil = min(closedUntil, reopening) }
}

/// Nodes on which elements end before they begin a task, for example because the store is not mounted or another
/// version is installed. Such a node is always idle and would attract one element after another.
struct SuspectNodes {
    /// The time of the last such end, by node.
    private var since: [String: Double] = [:]
    let avoidanceSeconds: Double

    init(avoidanceSeconds: Double) { self.avoidanceSeconds = avoidanceSeconds }

    /// Records that an element ended on a node without beginning a task.
    mutating func suspect(_ node: String, now: Double) { since[node] = now }

    /// Clears a node on which an element has begun a task.
    mutating func clear(_ node: String) { since[node] = nil }

    mutating func clear() { since = [:] }

    /// The nodes to exclude, sorted. Empty if all nodes are suspects, because then the cause lies elsewhere.
    func avoided(of nodes: Set<String>, now: Double) -> [String] {
        let suspects = since.filter { now - $0.value < avoidanceSeconds && nodes.contains($0.key) }.keys.sorted()
        return suspects.count < nodes.count ? suspects : []
    }
}
