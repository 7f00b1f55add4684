/// Scores with labels, grouped by equal score from the highest down.
struct ScoreRanking {
    struct Tie {
        let threshold: Double
        var positives: Int
        var negatives: Int
    }

    let ties: [Tie]
    let positives: Int
    let negatives: Int

    init(scores: [Double], labels: [Bool]) throws(MetricsError) {
        guard scores.count == labels.count else {
            throw .countMismatch(scores: scores.count, labels: labels.count)
        }
        if let index = scores.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        var ties: [Tie] = []
        for index in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if ties.last?.threshold != scores[index] {
                ties.append(Tie(threshold: scores[index], positives: 0, negatives: 0))
            }
            if labels[index] {
                ties[ties.count - 1].positives += 1
            } else {
                ties[ties.count - 1].negatives += 1
            }
        }
        self.ties = ties
        positives = labels.count(where: { $0 })
        negatives = labels.count - positives
    }
}
