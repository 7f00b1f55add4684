import ArgumentParser
import Console
import ContentStore
import Foundation
import Jobs
import Manifests
import ModelRegistry

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a job manifest for a folder of images.",
        discussion: """
            Recognises the MVTec layout (CATEGORY/train/good, with or without test images), a single category in that \
            layout, the same with other folder names (OK and NG, train/ok and test/ko), and plain folders of normal \
            images. If the names are ambiguous, both readings are shown and nothing is written. The manifest has been \
            tested: its tasks can be planned and sample images decoded.

            Detectors: auto tries an autoencoder, detectors on the pretrained features of the backbone \
            efficientnet-lite2 (nominal help backbones), and their fusion, and takes the one that finds most synthetic \
            defects. features is the same without the autoencoder, which trains for minutes. Without the backbone \
            there is only ssae, the autoencoder.

            Examples:
              nominal init data/mvtec_ad
              nominal init data/mvtec_ad --detector features
              nominal init photos/good_parts --score photos/today --manifest jobs/parts.json
              nominal init photos --normal monday
              nominal init photos --ground-truth instances.json
              nominal init photos --incoming photos_of_today
            """)

    @Argument(help: "A folder of images.", completion: .directory)
    var folder: String

    @Option(help: "A folder of images to score, for a plain folder of normal images.", completion: .directory)
    var score: String?

    @Option(
        help: ArgumentHelp(
            "Annotations of COCO, LabelMe, Label Studio, CVAT or Pascal VOC. Annotated images are defects.",
            valueName: "path"),
        completion: .file(extensions: ["json", "xml"]))
    var groundTruth: String?

    @Option(
        help: ArgumentHelp(
            "Subfolder with the normal images, or \".\"; overrides what the names suggest.",
            valueName: "folder"))
    var normal: String?

    @Option(
        help: ArgumentHelp(
            "Prepare nightly retraining on the normal images that arrive in this folder.", valueName: "folder"),
        completion: .directory)
    var incoming: String?

    @Option(help: "auto, features, memory or ssae. Default: auto if the store has efficientnet-lite2, else ssae.")
    var detector: SurveyedDetector?

    @Option(help: "The manifest to write. Default: NAME.json in this folder.")
    var manifest: String?

    @OptionGroup var links: LinkOptions

    @OptionGroup var storeOptions: StoreOptions

    @Flag(help: "Overwrite an existing manifest.")
    var force = false

    func run() throws {
        let chosen = try surveyedDetector()
        let survey = try FolderSurvey(
            folder, score: score, normal: normal, groundTruth: groundTruth, followsLinks: links.followLinks,
            detector: chosen)
        let target = manifest ?? "\(survey.jobName).json"
        if !force, try AtomicFile.exists(target) {
            throw ValidationError(
                "\(target) exists already; choose another name with --manifest, or overwrite it with --force")
        }
        let text = survey.manifest(relativeTo: (target as NSString).deletingLastPathComponent, incoming: incoming)
        // The same checks as at run time, and a trial.
        let trial = try ManifestTrial(try JobManifest.parse(bytes: Array(text.utf8), file: target))
        for fault in trial.faults { StandardError.warning("a run will set this image aside: \(fault)") }
        _ = try AtomicFile.write(Array(text.utf8), to: target, onlyIfChanged: false)
        for line in survey.findings { print(line) }
        if chosen == .ssae, detector == nil {
            print("a pretrained network would train in seconds: nominal help backbones")
        }
        for warning in survey.warnings { StandardError.warning(warning) }
        print("wrote \(target); next: nominal \(incoming == nil ? "run" : "retrain") \(target)")
    }

    private func surveyedDetector() throws -> SurveyedDetector {
        let name = "efficientnet-lite2"
        switch detector {
        case .ssae: return .ssae
        case .auto, .features, .memory:
            _ = try storeOptions.backbones.digest(name)
            return detector ?? .auto
        case nil:
            guard try storeOptions.storeExists() else { return .ssae }
            return try storeOptions.open(.readOnly).backbones().contains { $0.name == name } ? .auto : .ssae
        }
    }
}

extension SurveyedDetector: ExpressibleByArgument {}
