import SeededRandom

/// Reproducible numbers to compute with.
func randomValues(_ count: Int, seed: UInt64, _ lower: Float = -1, _ upper: Float = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed, stream: "values")
    return (0..<count).map { _ in generator.uniform(lower, upper) }
}

func largestDifference(_ first: [Float], _ second: [Float]) -> Float {
    guard first.count == second.count else { return .infinity }
    // A NaN counts as infinitely far, where `max` alone would lose it.
    return zip(first, second).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return max(largest, difference.isNaN ? .infinity : difference)
    }
}

func dot(_ first: [Float], _ second: [Float]) -> Double {
    zip(first, second).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
