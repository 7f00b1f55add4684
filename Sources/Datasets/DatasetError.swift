import Folders
import Host
import Imaging
import Wording

/// A reason why a data set cannot be used.
package enum DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
    case missingFolder(path: String, what: String, remedy: String = "Correct the path")
    /// A file in the place of a folder of images.
    case notAFolder(path: String)
    case unreadableFolder(path: String, reason: String)
    case noCategories(root: String)
    case missingCategory(root: String, category: String, found: [String])
    case unknownChange(category: String, found: [String])
    case noNormalImages(category: String, folder: String)
    case tooFewNormalImages(category: String, count: Int)
    case noImages(folder: String)
    case sameCase(String)
    case overlap(normal: String, score: String)
    case sameName(category: String, first: String, second: String)
    /// A file or folder of a detector of the kind `external`.
    case missingDetectorFile(path: String)
    case tooManyDetectorFiles(folder: String, limit: Int)
    case link(LinkFault)
    /// A file of an annotation tool that cannot be used.
    case annotations(file: String, fault: String, remedy: String)
    case missingAnnotations(file: String)
    /// Images without a mask of their region of interest.
    case missingRegions(folder: String, images: [String])
    /// A root without the files by which a published data set is recognised.
    case notPublished(root: String, title: String, expected: String)
    /// A list of a published data set that cannot be used.
    case list(file: String, fault: String, remedy: String)
    /// A folder with an ambiguous layout; `readings` are commands that resolve it.
    case unclear(folder: String, fault: String, readings: [String])
    /// No image of a sample is usable.
    case unusable(category: String, tried: Int, first: String)
    /// A file that was added to the data set during planning.
    case unplanned(file: String)
    /// A folder given as one of images that holds results of Nominal, or lies in such a folder.
    case results(folder: String, marked: String)

    /// True if something named by the user is missing; false if what is there is unusable.
    package var isMissing: Bool {
        switch self {
        case .missingFolder, .missingCategory, .unreadableFolder, .unknownChange, .missingDetectorFile,
            .missingAnnotations, .missingRegions, .notPublished:
            true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .missingFolder(let path, let what, let remedy): "\(path): no such folder; expected \(what). \(remedy)"
        case .notAFolder(let path):
            "\(path): this is a file; expected a folder of images. Put the images into a folder and name that"
        case .unreadableFolder(let path, let reason):
            "\(path): the folder cannot be read (\(reason)); "
                + SystemReason.remedy(for: reason, otherwise: "correct its permissions")
        case .noCategories(let root):
            "\(root): no category found; expected folders that hold train/good (the MVTec layout). Check \"root\", or use the "
                + "layout \"folder\""
        case .missingCategory(let root, let category, let found):
            "\(root): no category \"\(category)\" with train/good; found \(found.isEmpty ? "none" : found.joined(separator: ", ")). "
                + "Correct \"categories\" in the manifest"
        case .unknownChange(let category, let found):
            "\"perCategory\" has changes for \"\(category)\", which is not one of the job's categories: "
                + found.joined(separator: ", ") + ". Correct the name, or add it to \"categories\""
        case .noNormalImages(let category, let folder):
            "\(category): no image in \(folder); expected \(ImageFormat.names) files of normal parts; "
                + "convert images of other formats"
        case .tooFewNormalImages(let category, let count):
            "\(category): only \(counted(count, "usable normal image")); at least 2 are needed, one to train on and one to calibrate with. "
                + "Add normal images; copies and damaged files do not count"
        case .noImages(let folder):
            "\(folder): no image in this folder or below; expected \(ImageFormat.names) files to score"
        case .sameCase(let name):
            "two cases of the job are both called \"\(name)\"; rename a variant, or a category's folder"
        case .overlap(let normal, let score):
            "\(score) lies in \(normal): its images would be trained on as normal ones. Move it out of the folder of normal "
                + "images"
        case .sameName(let category, let first, let second):
            "\(category): \(first) and \(second) differ only in their extension, and so would their maps; rename one"
        case .missingDetectorFile(let path):
            "\(path): no such file or folder; expected a part of the detector's program, or the maps of a category. Correct "
                + "\"files\" or \"maps\" in detector.external; both are relative to the folder of the manifest"
        case .tooManyDetectorFiles(let folder, let limit):
            "\(folder): detector.external names more than \(limit) files here, or folders too deep; name only what the "
                + "detector needs"
        case .link(let fault): "\(fault)"
        case .annotations(let file, let fault, let remedy): "\(file): \(fault); \(remedy)"
        case .missingAnnotations(let file):
            "\(file): no such file or folder; expected annotations of the images. Correct \"groundTruth\" in the dataset of "
                + "the manifest"
        case .missingRegions(let folder, let images):
            "\(folder): \(counted(images.count, "image has", "images have")) no mask of the region of interest: "
                + images.listed()
                + "; expected a mask with the same path and name there, whatever its extension"
        case .notPublished(let root, let title, let expected):
            "\(root): this is not \(title) as published; expected \(expected). Correct \"root\", or \"layout\""
        case .list(let file, let fault, let remedy): "\(file): \(fault); \(remedy)"
        case .unclear(let folder, let fault, let readings):
            "\(folder): \(fault). Nothing was written; say which images are normal:"
                + readings.map { "\n  " + $0 }.joined()
        case .unusable(let category, let tried, let first):
            "\(category): \(tried == 1 ? "the only normal image" : "none of \(tried) normal images") can be used, so a job would "
                + "fail; the first one: \(first)"
        case .unplanned(let file):
            "\(file) was added to the data set during planning; run again when nothing writes to the data set"
        case .results(let folder, let marked):
            "\(folder): "
                + (folder == marked ? "" : "lies in \(marked), ")
                + "a folder of results that Nominal wrote, and results are not images to learn from or to score; name a folder "
                + "of images. If it is one, remove \(marked)/\(ResultsMarker.name)"
        }
    }
}
