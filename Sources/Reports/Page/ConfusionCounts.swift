/// Right and wrong verdicts at one threshold; an image is called anomalous when its score is at least the threshold.
struct ConfusionCounts: Equatable {
    var truePositives = 0
    var falsePositives = 0
    var falseNegatives = 0
    var trueNegatives = 0

    init() {}

    init(normalScores: [Float], anomalousScores: [Float], threshold: Float) {
        let normal = normalScores.filter { $0.isFinite }
        let anomalous = anomalousScores.filter { $0.isFinite }
        truePositives = anomalous.count { $0 >= threshold }
        falsePositives = normal.count { $0 >= threshold }
        falseNegatives = anomalous.count - truePositives
        trueNegatives = normal.count - falsePositives
    }

    /// The share of images called anomalous that are anomalous.
    var precision: Double? { Self.ratio(truePositives, of: truePositives + falsePositives) }
    /// The share of anomalous images that are found.
    var recall: Double? { Self.ratio(truePositives, of: truePositives + falseNegatives) }
    /// The share of normal images that are called anomalous.
    var falseAlarmRate: Double? { Self.ratio(falsePositives, of: falsePositives + trueNegatives) }

    static func + (left: ConfusionCounts, right: ConfusionCounts) -> ConfusionCounts {
        var sum = left
        sum.truePositives += right.truePositives
        sum.falsePositives += right.falsePositives
        sum.falseNegatives += right.falseNegatives
        sum.trueNegatives += right.trueNegatives
        return sum
    }

    private static func ratio(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}
