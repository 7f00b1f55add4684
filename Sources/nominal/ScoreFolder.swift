import ContentStore
import Folders
import Jobs
import Manifests

/// Where the results of scoring a folder go if the user does not say: `runs/score-NAME`, and where that holds the results of
/// another folder of this name, `runs/score-NAME-` and eight digits that stand for the folder.
struct ScoreFolder {
    let path: String
    /// What the folder is marked with: the path from here to the images, which a project keeps when it is moved.
    let source: String

    init(for images: ManifestPath) {
        let current = NamedFolder.current
        source = Digest.of(text: images.relative(to: current)).hex
        let usual = "runs/score-\(images.name)"
        let isTaken =
            ResultsMarker.isIn(usual) || NamedFolder.exists(usual + "/" + ExportFolder.listName)
        path = isTaken && ResultsMarker.source(of: usual) != source ? "\(usual)-\(source.prefix(8))" : usual
    }
}
