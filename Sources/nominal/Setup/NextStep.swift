import Console
import ContentStore
import Datasets
import Manifests
import Wording

/// The next sensible command in a folder, found from the names in it and from its manifests. Opens no image.
struct NextStep: Equatable {
    /// The reason in one sentence.
    let reason: String
    let commands: [String]

    /// The number of files in a folder that are tried as manifests.
    private static let manifestLimit = 100
    private static let nameLimit = 5000

    init(in folder: String) {
        let manifests = Self.manifests(in: folder)
        if let manifest = manifests.first(where: { !$0.isFinished && !$0.isNightly }) {
            reason = "The manifest \(manifest.file) has not been run yet."
            commands = ["nominal run \(ShellWord.quoted(manifest.file))"]
        } else if let manifest = manifests.first(where: \.isFinished) {
            reason = "The manifest \(manifest.file) has been run: runs/\(manifest.name)/report.html is its report."
            let model = manifest.models.first ?? "MODEL"
            commands = [
                "nominal run \(ShellWord.quoted(manifest.file)) --open",
                "nominal score --model \(ShellWord.quoted("runs/\(manifest.name)/models/\(model)")) FOLDER",
            ]
        } else if let manifest = manifests.first {
            reason = "The manifest \(manifest.file) trains every night on the images that arrive."
            commands = ["nominal retrain \(ShellWord.quoted(manifest.file))"]
        } else if let images = Self.imageFolder(in: folder) {
            reason = images == "." ? "This folder holds images." : "The folder \(images) holds images."
            commands = ["nominal init \(ShellWord.quoted(images))"]
        } else {
            reason = "There are no images and no manifests here."
            commands = ["nominal init FOLDER_WITH_IMAGES", "nominal demo-data demo --manifest demo.json"]
        }
    }

    /// The lines for people.
    var text: String {
        "\(reason) Next:\n" + commands.map { "  \($0)\n" }.joined() + "nominal --help lists all commands.\n"
    }

    private struct FoundManifest {
        let file: String
        let name: String
        /// True if its results hold a report.
        let isFinished: Bool
        /// True for a manifest of `nominal retrain`.
        let isNightly: Bool
        /// The names of the model files of its results.
        let models: [String]
    }

    /// The valid job manifests in the folder and in its folder `jobs` whose images are there.
    private static func manifests(in folder: String) -> [FoundManifest] {
        ["", "jobs/"].flatMap { prefix in
            names(folder + "/" + prefix).filter { $0.hasSuffix(".json") }.prefix(manifestLimit).compactMap { name in
                guard let manifest = try? JobManifest.load(path: "\(folder)/\(prefix)\(name)"),
                    !names(manifest.dataset.layout.folder).isEmpty
                else { return nil }
                let results = "\(folder)/runs/\(manifest.name)"
                return FoundManifest(
                    file: prefix + name, name: manifest.name,
                    isFinished: (try? AtomicFile.exists(results + "/report.html")) == true,
                    isNightly: manifest.retrain != nil,
                    models: names(results + "/models").filter { $0.hasSuffix(".nominal") })
            }
        }
    }

    /// The folder itself, or the first folder in it, that holds images at most three levels down: those of the MVTec
    /// layout lie in CATEGORY/train/good. The search ends after `nameLimit` names, as in a home folder.
    private static func imageFolder(in folder: String) -> String? {
        let names = names(folder)
        if names.contains(where: FolderWalk.isImage) { return "." }
        var budget = nameLimit
        let found = names.first {
            $0 != "runs" && !$0.hasPrefix(".") && holdsImages("\(folder)/\($0)", levels: 3, &budget)
        }
        // The folders of one category.
        return found != nil && (names.contains("train") || names.contains("good")) ? "." : found
    }

    private static func holdsImages(_ folder: String, levels: Int, _ budget: inout Int) -> Bool {
        let names = names(folder)
        if names.contains(where: FolderWalk.isImage) { return true }
        for name in names where levels > 0 && budget > 0 {
            budget -= 1
            if holdsImages("\(folder)/\(name)", levels: levels - 1, &budget) { return true }
        }
        return false
    }

    /// The sorted names in a folder; none if it cannot be read.
    private static func names(_ folder: String) -> [String] { (try? AtomicFile.names(in: folder)) ?? [] }
}

extension DatasetSection.Layout {
    /// The folder with the training images.
    fileprivate var folder: String {
        switch self {
        case .mvtec(let root, _), .published(_, let root, _): root.absolute
        case .folder(let normal, _): normal.absolute
        }
    }
}
