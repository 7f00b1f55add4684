import ContentStore
import Datasets
import Folders
import Jobs
import Manifests
import ModelRegistry

/// A reason why a night of retraining fails.
package enum RetrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    case noSection(manifest: String)
    case severalModels(manifest: String, count: Int)
    case notAName(job: String)
    case overlap(incoming: String, other: String)
    case unfinished(task: String)
    case otherNetwork(champion: String, found: String, expected: String)

    package var description: String {
        switch self {
        case .noSection(let manifest):
            "\(manifest): no section \"retrain\"; add one that names the folder of new images, such as \"retrain\": { "
                + "\"incoming\": \"../incoming\" }"
        case .severalModels(let manifest, let count):
            "\(manifest): the manifest defines \(count) models, but a night trains one; name one of \"categories\", and leave "
                + "out \"variants\" and \"seeds\""
        case .notAName(let job):
            "the job's name \"\(job)\" is not a valid name for registered models; set \"model\" in \"retrain\" to letters, "
                + "digits, \".\", \"_\" and \"-\""
        case .overlap(let incoming, let other):
            "\(incoming): new images need a folder of their own, but it overlaps \(other), which holds other images; "
                + "correct \"incoming\""
        case .unfinished(let task): "\(task) has no result; run the night again"
        case .otherNetwork(let champion, let found, let expected):
            "\(champion) is \(found), and the manifest says \(expected); set \"start\" in \"retrain\" to \"scratch\" for one "
                + "night, or correct the manifest"
        }
    }
}
