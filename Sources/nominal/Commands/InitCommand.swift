import ArgumentParser
import ContentStore
import Folders
import Foundation
import Jobs
import Manifests

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Looks at a folder of images and writes a manifest for it that runs as it is.",
        discussion: """
            Understands the MVTec layout (CATEGORY/train/good, with or without test images), a folder that is one such
            category, the same with folders of other names (OK and NG, train/ok and test/ko), and plain folders of normal
            images. Where names can be read in two ways, nothing is written and both are shown. What is written has been
            tried: tasks are planned, and some images decoded.

            Examples:
              nominal init data/mvtec_ad
              nominal init photos/good_parts --score photos/today --manifest jobs/parts.json
              nominal init photos --normal monday
            """)

    @Argument(help: "A folder of images.", completion: .directory)
    var folder: String

    @Option(help: "A folder of images to score, for a plain folder of normal images.", completion: .directory)
    var score: String?

    @Option(
        help: ArgumentHelp(
            "The folder in FOLDER with the normal images, or \".\": learn from it alone, whatever the names say.",
            valueName: "folder"))
    var normal: String?

    @Option(help: "The manifest to write. Default: NAME.json in this folder.")
    var manifest: String?

    @OptionGroup var links: LinkOptions

    @Flag(help: "Overwrite a manifest that is there.")
    var force = false

    func run() throws {
        try failing {
            let survey = try FolderSurvey(folder, score: score, normal: normal, followsLinks: links.followLinks)
            let target = manifest ?? "\(survey.jobName).json"
            if !force, try AtomicFile.exists(target) {
                throw ValidationError("\(target) is there already; choose another name with --manifest, or --force")
            }
            let text = survey.manifest(relativeTo: (target as NSString).deletingLastPathComponent)
            // What is written must run: the same check as at run time, and a try.
            let trial = try ManifestTrial(try JobManifest.parse(bytes: Array(text.utf8), file: target))
            for fault in trial.faults { StandardError.warning("it will be set aside: \(fault)") }
            _ = try AtomicFile.write(Array(text.utf8), to: target, onlyIfChanged: false)
            for line in survey.findings { print(line) }
            for warning in survey.warnings { StandardError.warning(warning) }
            print("wrote \(target); next: nominal run \(target)")
        }
    }
}
