import ContentStore
import Folders
import Jobs
import Manifests

/// The default results folder of scoring: `runs/score-NAME`. If that holds the results of another folder of the same
/// name, it is `runs/score-NAME-` and eight digits of a digest of the path.
struct ScoreFolder {
    let path: String
    /// The marker of the folder: a digest of the relative path to the images, which stays the same when a project
    /// moves.
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
