import Imaging
import VerdictStatistics

extension FusionPayload {
    /// The sum of maps times their weights, value by value.
    ///
    /// - Parameter maps: at least one, of the same size.
    static func mean(_ maps: [FloatMap], _ weights: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: maps[0].values.count)
        for (map, weight) in zip(maps, weights) where weight > 0 {
            for pixel in result.indices { result[pixel] += map.values[pixel] * weight }
        }
        return result
    }
}

extension FusionPayload.Statistics {
    /// Median and scaled median absolute deviation, which single odd images do not change much.
    ///
    /// - Parameter normalScores: at least one.
    init(normalScores: [Float]) {
        let middle = median(normalScores)
        // Scores that hardly differ must not make one detector outweigh all others.
        let least = max(abs(middle) * 1e-3, 1e-6)
        self.init(middle: middle, spread: max(1.4826 * median(normalScores.map { abs($0 - middle) }), least))
    }

    func standardised(_ map: FloatMap) -> FloatMap {
        var map = map
        for pixel in map.values.indices { map.values[pixel] = (map.values[pixel] - middle) / spread }
        return map
    }
}
