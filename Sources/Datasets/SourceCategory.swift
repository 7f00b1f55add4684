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

    /// The test images whose results would overwrite those of another one: results are named after images without their
    /// extensions.
    ///
    /// - Parameter isFirst: true for an image that precedes the others of its name; else the first one by name does.
    func sharedResultNames(isFirst: (String) -> Bool = { _ in false }) -> [(first: String, second: String)] {
        let files = images.filter { $0.split == .test }.map(\.file)
        let ordered = files.filter(isFirst) + files.filter { !isFirst($0) }
        // Long names are shortened by the length of the new extension.
        var shared: [(first: String, second: String)] = []
        var seconds: Set<String> = []
        for suffix in ["tiff", "png"] {
            var known: [String: String] = [:]
            for file in ordered where !seconds.contains(file) {
                let name = ResultName.of(file, suffix: suffix)
                if let first = known[name] {
                    shared.append((first, file))
                    seconds.insert(file)
                } else {
                    known[name] = file
                }
            }
        }
        return shared
    }

    /// Removes the second images of `sharedResultNames`, and returns them.
    package mutating func removeSharedResultNames(
        isFirst: (String) -> Bool
    ) -> [(first: String, second: String)] {
        let shared = sharedResultNames(isFirst: isFirst)
        let removed = Set(shared.map(\.second))
        images.removeAll { removed.contains($0.file) }
        return shared
    }
}
