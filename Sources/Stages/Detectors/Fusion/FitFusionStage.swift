import AnomalyDetection
import Imaging
import Pipeline

/// Makes one detector of several: standardises their maps by the image scores of held-out normal images, so that a
/// detector counts as much as defects exceed the spread of its normal scores, and weighs them.
///
/// Inputs: `detector.0` to `detector.COUNT-1`, in the order of `kinds`, `heldout`, `colour`; for learned weights also
/// `training` and perhaps `textures`; `training.json` of a trained detector, which becomes that of the fusion.
package struct FitFusionStage: Stage {
    package static let name = "fusion"
    /// History: 1 = first; 2 = an autoencoder as member, statistics of image scores; 3 = learned weights start from the
    /// best subset; 4 = learned weights from twice the defects, averaged over draws of images; 5 = weights of the score
    /// by image AUROC and of the map by AU-PRO; 6 = equal weights if no defect is visible; 7 =
    /// weights of the score by image AUROC alone, of the map also by pixel AUROC; objects in light from one side.
    package static let version = 7
    /// Learned weights come from other synthetic defects than an assessment measures.
    private static let seed: UInt64 = 1
    /// Learned weights are measured in square cells of at least so many pixels on a side, and at most so many cells
    /// along the longer side of the image.
    private static let leastCell = 4, mostCells = 96

    /// The names of the detectors' kinds.
    var kinds: [String]
    var rule: FusionRule
    var samples: SampleSettings
    var engine: EngineChoice
    var scoring: ScoringParameters
    var corruptionVersion = CorruptionModel.version

    package init(
        kinds: [String], rule: FusionRule, samples: SampleSettings, engine: EngineChoice, scoring: ScoringParameters
    ) {
        (self.kinds, self.rule, self.samples, self.engine) = (kinds, rule, samples, engine)
        self.scoring = scoring
    }

    private var grid: TileGrid { samples.grid }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let heldOut = try HeldOutVariants(samples, context)
        let trials =
            rule == .learned
            ? try SyntheticTrials(context, heldOut.images, grid, seed: Self.seed) : nil
        var trialMaps = trials.map(emptySamples) ?? []
        var members: [FusionPayload.Member] = []
        for (number, kind) in kinds.enumerated() {
            let payload = try context.read("detector.\(number)")
            let part = DetectorPayload(bytes: payload, grid: grid, scoring: scoring, engine: engine)
            try DetectorKinds.named(kind, in: "\(context.task)").withDetector(part, context) { detector in
                let (map, scoreMap) = try statistics(of: detector, heldOut, context)
                members.append(
                    FusionPayload.Member(
                        kind: kind, payload: payload, mapWeight: 1 / Float(kinds.count),
                        scoreWeight: 1 / Float(kinds.count), map: map, scoreMap: scoreMap))
                if let trials { try add(detector, members[number], trials, to: &trialMaps, context) }
            }
        }
        if let trials, trials.trials.isEmpty {
            context.warn("no synthetic defect is visible in these images: the detectors have equal weights")
        } else if trials != nil {
            let weights = try EnsembleSelection(samples: trialMaps, scoring: scoring)
                .weights(of: members.count, seed: samples.seed) { try context.checkCancellation() }
            for number in members.indices {
                (members[number].mapWeight, members[number].scoreWeight) = (weights.map[number], weights.score[number])
            }
            context.log(
                "weights in map and score: "
                    + members.map { "\($0.kind) \($0.mapWeight), \($0.scoreWeight)" }.joined(separator: "; "))
            members.removeAll { $0.mapWeight == 0 && $0.scoreWeight == 0 }
        }
        try heldOut.images.requireReadable()
        try context.write(FusionPayload(rule: rule, members: members).bytes, to: "detector")
        if context.hasInput("training.json") {
            try context.write(try context.read("training.json"), to: "training.json")
        } else {
            try context.writeJSON([TrainingPoint](), to: "training.json")
        }
    }

    private func statistics(
        of detector: any Detector, _ images: HeldOutVariants, _ context: TaskContext
    ) throws -> (map: FusionPayload.Statistics, scoreMap: FusionPayload.Statistics) {
        var (scores, mapScores): ([Float], [Float]) = ([], [])
        try forEachMap(of: detector, images.count, context, image: images.image) { _, found, region in
            func score(_ map: FloatMap) -> Float {
                scoring.score(scoring.smoothed(map, within: region).inside(region))
            }
            mapScores.append(score(found.map))
            scores.append(found.scoreMap.map(score) ?? mapScores.last!)
        }
        guard (scores + mapScores).allSatisfy(\.isFinite) else {
            throw ScoringError.notFinite(task: "\(context.task)")
        }
        return (.init(normalScores: mapScores), .init(normalScores: scores))
    }

    private func forEachMap(
        of detector: any Detector, _ count: Int, _ context: TaskContext, image: (Int) -> PlanarImage,
        _ body: (Int, DetectorMap, _ region: [UInt8]?) throws -> Void
    ) throws {
        for numbers in detector.batches(of: count) {
            try context.checkCancellation()
            let images = numbers.map(image)
            for (place, found) in try detector.maps(images).enumerated() {
                try body(numbers.lowerBound + place, found, images[place].regionOfInterest)
            }
        }
    }

    /// The samples of the clean images and of the defects, without maps.
    private func emptySamples(_ trials: SyntheticTrials) -> [EnsembleSelection.Sample] {
        (0..<trials.cleanCount).map { EnsembleSelection.Sample(image: $0, maps: [], scoreMaps: []) }
            + trials.trials.map { trial in
                let sample = trials.corrupted(trial)
                let mask = FloatMap(width: grid.width, height: grid.height, values: sample.mask.map(Float.init))
                return EnsembleSelection.Sample(
                    image: trial.image, maps: [], scoreMaps: [],
                    defect: EnsembleSelection.Defect(
                        kind: trial.kind,
                        mask: DefectCells(mask: cells(mask), inside: inside(sample.corrupted.regionOfInterest))))
            }
    }

    /// Adds the standardised maps of a detector to all samples.
    private func add(
        _ detector: any Detector, _ member: FusionPayload.Member, _ trials: SyntheticTrials,
        to samples: inout [EnsembleSelection.Sample], _ context: TaskContext
    ) throws {
        func image(_ number: Int) -> PlanarImage {
            number < trials.cleanCount
                ? trials.clean(number) : trials.corrupted(trials.trials[number - trials.cleanCount]).corrupted
        }
        let count = samples.count
        try forEachMap(of: detector, count, context, image: image) { number, found, region in
            let inside = inside(region)
            func judged(_ map: FloatMap) -> FloatMap {
                let values = cells(scoring.smoothed(map, within: region)).inside(inside)
                return FloatMap(width: values.count, height: 1, values: values)
            }
            samples[number].maps.append(member.map.standardised(judged(found.map)))
            samples[number].scoreMaps.append(member.scoreMap.standardised(judged(found.scoreMap ?? found.map)))
            context.progress(number + 1, of: count, unit: "synthetic defects")
        }
    }

    /// The means of a map in cells.
    private func cells(_ map: FloatMap) -> FloatMap {
        let cell = max(Self.leastCell, (max(grid.width, grid.height) + Self.mostCells - 1) / Self.mostCells)
        return map.resized(width: max(1, grid.width / cell), height: max(1, grid.height / cell))
    }

    /// The cells with a pixel of a region of interest; nil if all count.
    private func inside(_ region: [UInt8]?) -> [UInt8]? {
        region.map { region in
            cells(FloatMap(width: grid.width, height: grid.height, values: region.map(Float.init))).values.map {
                $0 > 0 ? 1 : 0
            }
        }
    }
}
