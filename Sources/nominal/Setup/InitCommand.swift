import ArgumentParser
import Console
import ContentStore
import Folders
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

            If the store has the backbone efficientnet-lite2 (make backbone), the manifest has the preset auto: \
            detectors on pretrained features, of which a run chooses one without labels, in seconds. Otherwise the \
            detector is the autoencoder, which is trained for minutes.

            Examples:
              nominal init data/mvtec_ad
              nominal init data/mvtec_ad --detector ssae
              nominal init photos/good_parts --score photos/today --manifest jobs/parts.json
              nominal init photos --normal monday
            """)

    @Argument(help: "A folder of images.", completion: .directory)
    var folder: String

    @Option(help: "A folder of images to score, for a plain folder of normal images.", completion: .directory)
    var score: String?

    @Option(
        help: ArgumentHelp(
            "Subfolder with the normal images, or \".\"; overrides what the names suggest.",
            valueName: "folder"))
    var normal: String?

    @Option(help: "auto, memory or ssae. Default: auto if the store has efficientnet-lite2, else ssae.")
    var detector: Detector?

    @Option(help: "The manifest to write. Default: NAME.json in this folder.")
    var manifest: String?

    @OptionGroup var links: LinkOptions

    @OptionGroup var storeOptions: StoreOptions

    @Flag(help: "Overwrite an existing manifest.")
    var force = false

    func run() throws {
        let survey = try FolderSurvey(
            folder, score: score, normal: normal, followsLinks: links.followLinks,
            featurePreset: try featurePreset())
        let target = manifest ?? "\(survey.jobName).json"
        if !force, try AtomicFile.exists(target) {
            throw ValidationError(
                "\(target) exists already; choose another name with --manifest, or overwrite it with --force")
        }
        let text = survey.manifest(relativeTo: (target as NSString).deletingLastPathComponent)
        // The same checks as at run time, and a trial.
        let trial = try ManifestTrial(try JobManifest.parse(bytes: Array(text.utf8), file: target))
        for fault in trial.faults { StandardError.warning("a run will set this image aside: \(fault)") }
        _ = try AtomicFile.write(Array(text.utf8), to: target, onlyIfChanged: false)
        for line in survey.findings { print(line) }
        for warning in survey.warnings { StandardError.warning(warning) }
        print("wrote \(target); next: nominal run \(target)")
    }

    /// The preset for a detector on pretrained features; nil for an autoencoder.
    private func featurePreset() throws -> String? {
        let name = "efficientnet-lite2"
        switch detector {
        case .ssae: return nil
        case .memory, .auto:
            _ = try storeOptions.backbones.digest(name)
            return detector?.rawValue
        case nil:
            guard try storeOptions.storeExists() else { return nil }
            let isThere = try storeOptions.open(.readOnly).backbones().contains { $0.name == name }
            return isThere ? Detector.auto.rawValue : nil
        }
    }
}

/// The detectors that have a preset.
enum Detector: String, ExpressibleByArgument, CaseIterable {
    case auto, memory, ssae
}
