import ContentStore
import Evaluation
import Folders
import Imaging
import Manifests
import Wording

/// The files of one category.
package struct SourceCategory: Sendable, Equatable {
    package var name: String
    /// Sorted by name.
    package var images: [SourceImage]
    /// Files without an image extension, relative to the category's folder.
    package var ignoredFiles: [String]
    /// The paths of lists and annotations that say what the images show.
    package var listFiles: [String] = []
    /// Skipped links that lead out of the folder.
    package var refusedLinks: [LinkFault] = []
    /// Skipped folders of results that Nominal wrote.
    package var resultFolders: [String] = []
    /// Mask files that are not used, relative to the category's folder.
    var unusedMasks = UnusedMasks()
    /// Sentences about annotations that are not used, and about images without annotations.
    package var annotationNotes: [String] = []
    /// The folder of the masks, relative to the category's folder.
    var masksFolder = CategoryFolders.usual.groundTruth

    /// A sentence about skipped folders of results, if there are any.
    package var resultNotes: [String] {
        guard !resultFolders.isEmpty else { return [] }
        return [
            "\(name): skipped \(resultFolders.listed(atMost: 1)): results that Nominal wrote are not read as images"
        ]
    }

    /// Warnings about unused masks and annotations, a sentence each.
    package var maskWarnings: [String] {
        (unusedMasks.warnings(folder: masksFolder + "/") + annotationNotes).map { "\(name): \($0)" }
    }
}
