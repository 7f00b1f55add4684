import ArgumentParser
import ContentStore
import Evaluation
import Foundation
import Metrics

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Judges anomaly maps that any program made, by image and pixel metrics.",
        discussion: """
            The maps are float TIFF, in one of two layouts:
              MAPS/KIND/STEM.tiff, with the masks TRUTH/KIND/STEM_mask.png
              MAPS/anomaly_maps/OBJECT/test/KIND/STEM.tiff, with the masks TRUTH/OBJECT/ground_truth/KIND/STEM_mask.png
            The second is that of MVTec's experiments and of the runs of this program. An image of the kind "good", or
            without a mask file, is normal. Masks label the pixels that are not black; of masks with more than two values,
            those from half of the largest on. The score of an image is the largest value of its map, unless --scores
            gives another.

            Examples:
              nominal evaluate --maps out/bottle --ground-truth mvtec_ad/bottle/ground_truth
              nominal evaluate --maps runs/demo --ground-truth data/demo --scores runs/demo/scores.csv
              nominal evaluate --maps experiment --ground-truth mvtec_ad --resize --json > figures.json
              nominal evaluate --maps runs/mvtec_ad --ground-truth data/mvtec_ad --check-mvtec

            Exit codes: 0 done; 64 wrong arguments; 65 maps, masks or scores that cannot be used; 66 something is missing;
            74 the temporary file of a large evaluation cannot be written.
            """)

    @Option(help: ArgumentHelp("Folder of the anomaly maps.", valueName: "dir"), completion: .directory)
    var maps: String

    @Option(help: ArgumentHelp("Folder of the ground-truth masks.", valueName: "dir"), completion: .directory)
    var groundTruth: String

    @Option(
        help: ArgumentHelp(
            "Table of image scores with a header that names the columns image and score, such as scores.csv of a run.",
            valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var scores: String?

    @Flag(help: "Resize maps bilinearly to the size of their masks; without it, another size is an error.")
    var resize = false

    @Flag(help: "Leave out images that have a mask and no map; without it, they are an error.")
    var allowMissing = false

    @Flag(help: "Only say whether MVTec's own evaluation script takes these maps as they are; if not, end with 65.")
    var checkMvtec = false

    @Option(
        help: ArgumentHelp(
            "Also write AUPIMO of each image to FOLDER/OBJECT/aupimos.json, in the format of the aupimo project.",
            valueName: "folder"))
    var aupimos: String?

    @Flag(help: "Print one JSON object, after schemas/metrics.schema.json where the maps lie in folders of objects.")
    var json = false

    @OptionGroup var links: LinkOptions
    @OptionGroup var memory: MetricsMemoryOptions

    func run() throws {
        try failing {
            let scan = try MapScan(maps: maps, groundTruth: groundTruth, followsLinks: links.followLinks)
            if checkMvtec { return try showReadiness(scan) }
            var evaluation = MapEvaluation()
            evaluation.resizesMaps = resize
            evaluation.allowsMissingMaps = allowMissing
            evaluation.memoryLimitBytes = memory.limitBytes
            evaluation.scores = try scores.map { try ImageScores(ScoreTable(path: $0), hasObjects: scan.hasObjects) }
            var figures: [String: DetectionMetrics] = [:]
            for set in scan.sets {
                // Before an error that may come of it.
                for warning in set.unusedMasks.warnings(folder: set.masksFolder + "/") {
                    StandardError.warning((set.object.map { "\($0): " } ?? "") + warning)
                }
                let result = try evaluation.evaluate(set, warn: { StandardError.warning($0) })
                figures[set.object ?? ""] = result.metrics
                note(set, result.metrics)
                if let aupimos { try writeAUPIMO(result, set, to: aupimos) }
            }
            if scan.hasObjects {
                let order = scan.sets.compactMap(\.object)
                let summary = MetricsSummary(figures, order: order)
                print(try json ? encoded(summary) : FiguresTable.text(summary, order: order, columns: FiguresTable.all))
            } else if let metrics = figures[""] {
                print(try json ? encoded(metrics) : FiguresList.text(metrics))
            }
        }
    }

    private func showReadiness(_ scan: MapScan) throws {
        let readiness = try MVTecReadiness(scan, groundTruth: groundTruth)
        for fault in readiness.faults { StandardError.write("warning: \(fault)") }
        guard readiness.isReady else {
            StandardError.write(
                "error: not ready for MVTec's evaluation script: \(readiness.faults.count) faults, as above; correct them, or "
                    + "evaluate here")
            throw ExitCode(ExitStatus.invalidData.rawValue)
        }
        print("ready for MVTec's evaluation script: \(readiness.maps) maps of \(readiness.objects) objects")
    }

    private func writeAUPIMO(_ result: TestSetResult, _ set: MapSet, to folder: String) throws {
        let object = set.object.map { "/" + $0 } ?? ""
        guard let file = AUPIMOFile(result, paths: set.maps.map(\.path)) else {
            let reason = result.pixels.aupimoUnavailable.map { "\($0)" } ?? ""
            return StandardError.write(
                "note: no aupimos.json\(object.isEmpty ? "" : " of " + object.dropFirst()): \(reason)")
        }
        try AtomicFile.createFolder(folder)
        let name = (object + "/aupimos.json").drop { $0 == "/" }
        try OutputFolder(folder).write(Array(file.text.utf8), to: String(name), onlyIfChanged: true)
    }

    /// What a reader of the figures has to know.
    private func note(_ set: MapSet, _ metrics: DetectionMetrics) {
        let object = set.object.map { "\($0): " } ?? ""
        func list(_ names: [String]) -> String {
            names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ..." : "")
        }
        if !set.unmasked.isEmpty {
            StandardError.write(
                "note: \(object)\(set.unmasked.count) maps of kinds other than \"good\" have no mask and count as normal: "
                    + list(set.unmasked))
        }
        if !set.masksWithoutMap.isEmpty {
            StandardError.write(
                "note: \(object)\(set.masksWithoutMap.count) masks have no map, and these images are left out: "
                    + list(set.masksWithoutMap))
        }
        if metrics.images.emptyMask > 0 {
            StandardError.write(
                "note: \(object)\(metrics.images.emptyMask) masks label no pixel; these images count as anomalous, their "
                    + "pixels as normal")
        }
    }

    private func encoded(_ figures: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(figures), as: UTF8.self)
    }
}
