import AnomalyDetection
import Imaging
import Pipeline

/// Makes one detector of several: measures their maps on held-out normal images.
///
/// Inputs: `detector.0` to `detector.COUNT-1`, in the order of `kinds`, and `heldout`.
package struct FitFusionStage: Stage {
    package static let name = "fusion"
    package static let version = 1

    /// The names of the detectors' kinds.
    var kinds: [String]
    var rule: FusionRule
    var grid: TileGrid
    var engine: EngineChoice
    var scoring: ScoringParameters

    package init(
        kinds: [String], rule: FusionRule, grid: TileGrid, engine: EngineChoice, scoring: ScoringParameters
    ) {
        (self.kinds, self.rule, self.grid, self.engine) = (kinds, rule, grid, engine)
        self.scoring = scoring
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let images = try TrainingImages(try context.readJSON(TrainingIndex.self, "heldout"), context, grid)
        var members: [FusionPayload.Member] = []
        for (number, kind) in kinds.enumerated() {
            let payload = try context.read("detector.\(number)")
            let part = DetectorPayload(bytes: payload, grid: grid, scoring: scoring, engine: engine)
            var (maps, scoreMaps) = (MapStatistics(), MapStatistics())
            try DetectorKinds.named(kind, in: "\(context.task)").withDetector(part, context) { detector in
                for first in stride(from: 0, to: images.count, by: 8) {
                    try context.checkCancellation()
                    for found in try detector.maps((first..<min(first + 8, images.count)).map(images.image)) {
                        maps.add(found.map)
                        scoreMaps.add(found.scoreMap ?? found.map)
                    }
                }
            }
            guard let map = maps.result, let scoreMap = scoreMaps.result else {
                throw ScoringError.notFinite(task: "\(context.task)")
            }
            members.append(FusionPayload.Member(kind: kind, payload: payload, map: map, scoreMap: scoreMap))
        }
        try images.requireReadable()
        try context.write(FusionPayload(rule: rule, members: members).bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }
}

/// Mean and deviation over all pixels of all maps.
private struct MapStatistics {
    private var count = 0.0, sum = 0.0, squares = 0.0

    mutating func add(_ map: FloatMap) {
        for value in map.values {
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        count += Double(map.values.count)
    }

    /// Nil if a value was not finite.
    var result: FusionPayload.Statistics? {
        let mean = sum / max(count, 1)
        let deviation = max(squares / max(count, 1) - mean * mean, 1e-12).squareRoot()
        guard mean.isFinite, deviation.isFinite else { return nil }
        return FusionPayload.Statistics(mean: Float(mean), deviation: Float(deviation))
    }
}
