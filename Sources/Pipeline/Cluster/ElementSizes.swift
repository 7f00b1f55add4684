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
