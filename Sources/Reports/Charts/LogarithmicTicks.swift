/// Axis ticks for a logarithmic scale: at 1, 2 and 5 times the powers of ten, or at powers of ten alone when the
/// range spans more than three of them.
public struct LogarithmicTicks: Sendable, Equatable {
    /// The ends of the axis: the nearest of 1, 2, 5 times a power of ten that enclose the data.
    public let lower: Double
    public let upper: Double
    /// Ascending, within `lower...upper`.
    public let values: [Double]

    /// Both ends must be positive and `smallest` not above `largest`.
    public init(covering smallest: Double, _ largest: Double) {
        let exponents = Power.exponent(of: smallest)...Power.exponent(of: largest) + 1
        let candidates = exponents.flatMap { exponent in [1, 2, 5].map { $0 * Power.ofTen(exponent) } }
        let first = candidates.lastIndex { $0 <= smallest * (1 + 1e-9) } ?? 0
        let last =
            candidates.firstIndex { $0 >= largest * (1 - 1e-9) && $0 > candidates[first] } ?? candidates.count - 1
        lower = candidates[first]
        upper = candidates[last]

        let range = candidates[first]...candidates[last]
        let decades = exponents.filter { range.contains(Power.ofTen($0)) }
        if decades.count <= 4 {
            values = Array(candidates[first...last])
        } else {
            let stride = (decades.count + 5) / 6
            values = decades.enumerated().filter { $0.offset % stride == 0 }.map { Power.ofTen($0.element) }
        }
    }
}
