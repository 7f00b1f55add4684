/// The test images of one category that two runs have in common.
struct ImagePairs {
    struct Pair {
        var first, second: Float
        /// Nil where either run does not know, or they do not agree.
        var isAnomalous: Bool?
        var firstAUPIMO, secondAUPIMO: Double?
    }

    /// By file.
    var pairs: [Pair] = []
    /// Images of one run alone.
    var onlyFirst = 0, onlySecond = 0
    /// Images whose file, or mask, is another one in the other run: they are no pairs.
    var changed = 0

    init(_ category: String, _ first: RunFolder, _ second: RunFolder) {
        func scores(_ run: RunFolder) -> [String: RunFolder.Score] {
            let own = run.scores.filter { $0.category == category }.map { ($0.image, $0) }
            return Dictionary(own) { first, _ in first }
        }
        let (a, b) = (scores(first), scores(second))
        let (caseA, caseB) = (first.record?.cases[category], second.record?.cases[category])
        onlyFirst = a.keys.count { b[$0] == nil }
        onlySecond = b.keys.count { a[$0] == nil }
        for (file, one) in a.sorted(by: { $0.key < $1.key }) {
            guard let other = b[file] else { continue }
            if let caseA, let caseB, caseA.test[file] != caseB.test[file] {
                changed += 1
                continue
            }
            let label = one.label == other.label ? one.label : nil
            pairs.append(
                Pair(
                    first: one.score, second: other.score, isAnomalous: label.map { $0 == "anomalous" },
                    firstAUPIMO: caseA?.aupimo[file], secondAUPIMO: caseB?.aupimo[file]))
        }
    }
}
