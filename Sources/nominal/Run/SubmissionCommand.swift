import AnomalyDetection
import ArgumentParser
import Console
import ContentStore
import Folders
import Imaging
import Stages

struct SubmissionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submission",
        abstract: "Write a submission to the MVTec AD 2 server.",
        discussion: """
            Writes FOLDER/anomaly_images/CATEGORY/SPLIT/NAME.tiff, maps as 16-bit floats, and
            FOLDER/anomaly_images_thresholded/CATEGORY/SPLIT/NAME.png, 255 where the map is at or above the threshold, for
            the splits test_private and test_private_mixed. Then check and pack the folder with MVTec's script
            check_and_prepare_data_for_upload.py.

            The threshold of a category is the pixel threshold of its model, which was calibrated without labels, unless you
            give another.

            Examples:
              nominal submission runs/mvtec_ad_2 submission
              nominal submission runs/mvtec_ad_2 submission --threshold can=1.25 --threshold vial=0.8
            """)

    @Argument(help: "The results folder of a run on MVTec AD 2.", completion: .directory)
    var results: String

    @Argument(help: "The folder to write.", completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp("The threshold of a category's maps; repeat it for others.", valueName: "category=value"))
    var threshold: [String] = []

    private static let splits = ["test_private", "test_private_mixed"]

    func run() throws {
        let thresholds = try chosenThresholds()
        let maps = results + "/anomaly_maps"
        guard try AtomicFile.isFolder(maps) else { throw SubmissionError.noMaps(maps) }
        var written = 0, used: Set<String> = []
        for category in try AtomicFile.names(in: maps) {
            let places = try Self.splits.filter { try AtomicFile.isFolder("\(maps)/\(category)/\($0)") }
            guard !places.isEmpty else { continue }
            used.insert(category)
            let threshold = try thresholds[category] ?? pixelThreshold(of: category)
            for split in places {
                let names = try AtomicFile.names(in: "\(maps)/\(category)/\(split)").filter { $0.hasSuffix(".tiff") }
                for name in names {
                    try write(category + "/" + split, String(name.dropLast(5)), threshold)
                }
                print("\(category)/\(split): \(names.count) maps, threshold \(threshold)")
                written += names.count
            }
        }
        if let unknown = thresholds.keys.sorted().first(where: { !used.contains($0) }) {
            throw SubmissionError.unknownCategory(unknown, found: used.sorted())
        }
        guard written > 0 else { throw SubmissionError.noSplits(maps) }
        print("submission: \(folder)")
    }

    private func chosenThresholds() throws -> [String: Float] {
        var chosen: [String: Float] = [:]
        for text in threshold {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Float(parts[1]), value.isFinite else {
                throw ValidationError("--threshold \(text): expected CATEGORY=VALUE, such as can=1.25")
            }
            chosen[PathText.read(String(parts[0]))] = value
        }
        return chosen
    }

    /// The threshold in the model of a category.
    private func pixelThreshold(of category: String) throws -> Float {
        let path = "\(results)/models/\(category).nominal"
        guard try AtomicFile.exists(path) else { throw SubmissionError.noModel(path, category: category) }
        return try Model(bytes: try AtomicFile.read(path, limitBytes: Model.maximumFileBytes), name: path)
            .pixelThreshold
    }

    private func write(_ place: String, _ stem: String, _ threshold: Float) throws {
        let path = "\(results)/anomaly_maps/\(place)/\(stem).tiff"
        let map = try FloatMap.decode(path: path)
        guard map.values.allSatisfy({ abs($0) <= Float(Float16.greatestFiniteMagnitude) }) else {
            throw SubmissionError.tooLarge(path)
        }
        let mask = Mask(width: map.width, height: map.height, values: map.values.map { $0 >= threshold ? 1 : 0 })
        for (part, bytes) in [
            ("anomaly_images/\(place)/\(stem).tiff", try map.tiffBytes(isHalf: true)),
            ("anomaly_images_thresholded/\(place)/\(stem).png", mask.pngBytes()),
        ] {
            let path = folder + "/" + part
            try AtomicFile.createFolder(String(path[..<path.lastIndex(of: "/")!]))
            _ = try AtomicFile.write(bytes, to: path, onlyIfChanged: true)
        }
    }
}

enum SubmissionError: ErrorWithExitStatus, CustomStringConvertible {
    case noMaps(String)
    case noSplits(String)
    case noModel(String, category: String)
    case unknownCategory(String, found: [String])
    case tooLarge(String)

    var exitStatus: ExitStatus {
        switch self {
        case .noMaps, .noSplits, .noModel: .inputMissing
        case .unknownCategory: .invalidData
        case .tooLarge: .invalidData
        }
    }

    var description: String {
        switch self {
        case .noMaps(let path):
            "\(path): no such folder of maps; name the results folder of a run, such as runs/mvtec_ad_2"
        case .noSplits(let path):
            "\(path): no category has maps in test_private or test_private_mixed; run jobs/mvtec_ad_2.json, whose "
                + "\"unlabelled\" names these folders"
        case .noModel(let path, let category):
            "\(path): no such model, from which the threshold is taken; give --threshold \(category)=VALUE"
        case .unknownCategory(let name, let found):
            "--threshold \(name): no such category; found \(found.joined(separator: ", ")). Correct the name"
        case .tooLarge(let path):
            "\(path): a value exceeds 65504, the largest 16-bit float; use a detector with smaller maps, or "
                + "\"normalization\" in the scoring section of the manifest"
        }
    }
}
