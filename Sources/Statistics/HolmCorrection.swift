/// Holm's correction for several tests at once (Scandinavian Journal of Statistics 6, 1979).
public enum HolmCorrection {
    /// For each probability the least level at which its test, among all of them, rejects: the chance of even one false alarm
    /// stays below that level. In the given order, at most 1.
    public static func adjusted(_ probabilities: [Double]) -> [Double] {
        let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
        var adjusted = probabilities
        var least = 0.0
        for (place, index) in order.enumerated() {
            least = max(least, min(1, probabilities[index] * Double(probabilities.count - place)))
            adjusted[index] = least
        }
        return adjusted
    }
}
