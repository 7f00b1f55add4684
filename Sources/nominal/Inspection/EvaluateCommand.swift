import ArgumentParser
import Console
import ContentStore
import Evaluation
import Metrics
import Wording

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compute metrics of anomaly maps from any program.",
        discussion: """
            The maps are float TIFF files in one of two layouts:
              MAPS/KIND/STEM.tiff
                with the masks TRUTH/KIND/STEM_mask.png
              MAPS/anomaly_maps/OBJECT/test/KIND/STEM.tiff
                with the masks TRUTH/OBJECT/ground_truth/KIND/STEM_mask.png
            MVTec's experiments and the runs of this program use the second. Images of the kind "good" and images \
            without a mask are normal. Masks label all pixels that are not black; with more than two values, all \
            pixels of at least half the maximum. The score of an image is the maximum of its map, unless --scores is \
            given.

            Examples:
              nominal evaluate --maps out/bottle --ground-truth mvtec_ad/bottle/ground_truth
              nominal evaluate --maps runs/demo --ground-truth data/demo --scores runs/demo/scores.csv
              nominal evaluate --maps experiment --ground-truth mvtec_ad --resize --json > figures.json
              nominal evaluate --maps runs/mvtec_ad --ground-truth data/mvtec_ad --check-mvtec

            Exit codes: 0 success; 64 wrong arguments; 65 unusable maps, masks or scores; 66 missing input; 74 the \
            temporary file of a large evaluation cannot be written.
            """)

    @Option(help: ArgumentHelp("Folder of the anomaly maps.", valueName: "dir"), completion: .directory)
    var maps: String

    @Option(help: ArgumentHelp("Folder of the ground-truth masks.", valueName: "dir"), completion: .directory)
    var groundTruth: String

    @Option(
        help: ArgumentHelp(
            "CSV table of image scores with the columns image and score, such as scores.csv of a run.",
            valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var scores: String?

    @Option(
        // Maps of some detectors are negative.
        parsing: .unconditional,
        help: ArgumentHelp(
            "The lowest value of an anomalous pixel, chosen without these masks: adds SegF1.", valueName: "value"))
    var pixelThreshold: Float?

    @Flag(help: "Resize maps bilinearly to the size of their masks; otherwise another size is an error.")
    var resize = false

    @Flag(help: "Skip images with a mask but no map; otherwise they are an error.")
    var allowMissing = false

    @Flag(help: "Only check whether MVTec's evaluation script accepts these maps; exit with 65 if not.")
    var checkMvtec = false

    @Option(
        help: ArgumentHelp(
            "Also write the AUPIMO of each image to FOLDER/OBJECT/aupimos.json, in the format of the aupimo project.",
            valueName: "folder"))
    var aupimos: String?

    @Flag(help: "Print one JSON object; with folders of objects it follows schemas/metrics.schema.json.")
    var json = false

    @OptionGroup var links: LinkOptions
    @OptionGroup var memory: MetricsMemoryOptions

    func validate() throws {
        if let pixelThreshold, !pixelThreshold.isFinite {
            throw ValidationError("--pixel-threshold is \(pixelThreshold); expected a finite number")
        }
    }

    func run() throws {
        let scan = try MapScan(maps: maps, groundTruth: groundTruth, followsLinks: links.followLinks)
        if checkMvtec { return try showReadiness(scan) }
        var evaluation = MapEvaluation()
        evaluation.resizesMaps = resize
        evaluation.allowsMissingMaps = allowMissing
        evaluation.pixelThreshold = pixelThreshold
        evaluation.memoryLimitBytes = memory.limitBytes
        evaluation.scores = try scores.map { try ImageScores(ScoreTable(path: $0), hasObjects: scan.hasObjects) }
        var metricsByObject: [String: DetectionMetrics] = [:]
        for set in scan.sets {
            // Before an error that these masks may cause.
            for warning in set.unusedMasks.warnings(folder: set.masksFolder + "/") {
                StandardError.warning((set.object.map { "\($0): " } ?? "") + warning)
            }
            let result = try evaluation.evaluate(set, warn: { StandardError.warning($0) })
            metricsByObject[set.object ?? ""] = result.metrics
            note(set, result.metrics)
            if let aupimos { try writeAUPIMO(result, set, to: aupimos) }
        }
        if scan.hasObjects {
            let order = scan.sets.compactMap(\.object)
            let summary = MetricsSummary(metricsByObject, order: order)
            print(
                try json
                    ? summary.jsonText(isIndented: true)
                    : MetricsTable.text(summary, order: order, columns: MetricsTable.all))
        } else if let metrics = metricsByObject[""] {
            print(try json ? metrics.jsonText(isIndented: true) : MetricsList.text(metrics))
        }
    }

    private func showReadiness(_ scan: MapScan) throws {
        let readiness = try MVTecReadiness(scan, groundTruth: groundTruth)
        for fault in readiness.faults { StandardError.warning("\(fault)") }
        guard readiness.isReady else {
            StandardError.error(
                "MVTec's evaluation script would reject these maps for the reasons above; correct them, or omit --check-mvtec"
            )
            throw ExitCode(ExitStatus.invalidData.rawValue)
        }
        print("ready for MVTec's evaluation script: \(readiness.maps) maps of \(readiness.objects) objects")
    }

    private func writeAUPIMO(_ result: TestSetResult, _ set: MapSet, to folder: String) throws {
        let object = set.object.map { "/" + $0 } ?? ""
        guard let file = AUPIMOFile(result, paths: set.maps.map(\.path)) else {
            let reason = result.pixels.aupimoUnavailable.map { "\($0)" } ?? ""
            return StandardError.note(
                "no aupimos.json\(object.isEmpty ? "" : " of " + object.dropFirst()): \(reason)")
        }
        try AtomicFile.createFolder(folder)
        let name = (object + "/aupimos.json").drop { $0 == "/" }
        try OutputFolder(folder).write(Array(file.text.utf8), to: String(name), onlyIfChanged: true)
    }

    /// Writes notes on images that count differently than their folders suggest.
    private func note(_ set: MapSet, _ metrics: DetectionMetrics) {
        let object = set.object.map { "\($0): " } ?? ""
        if !set.unmasked.isEmpty {
            StandardError.note(
                object
                    + counted(
                        set.unmasked.count, "map of a kind other than \"good\" has no mask and counts as normal: ",
                        "maps of kinds other than \"good\" have no mask and count as normal: ") + set.unmasked.listed())
        }
        if !set.masksWithoutMap.isEmpty {
            StandardError.note(
                object
                    + counted(
                        set.masksWithoutMap.count, "image with a mask but no map is skipped: ",
                        "images with a mask but no map are skipped: ") + set.masksWithoutMap.listed())
        }
        if metrics.images.emptyMask > 0 {
            StandardError.note(
                "\(object)\(metrics.images.emptyMask) masks label no pixel; these images count as anomalous, their "
                    + "pixels as normal")
        }
    }
}
