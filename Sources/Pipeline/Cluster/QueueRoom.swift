/// How much of a kind a queue that has limits takes at a time, as far as it has shown.
struct QueueRoom {
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
