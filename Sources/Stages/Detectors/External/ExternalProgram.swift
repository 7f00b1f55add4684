import ContentStore
import Pipeline

/// A program of the user that scores images, in the words of the manifest. All of it is in the key.
package struct ExternalProgram: Codable, Equatable, Sendable {
    /// A file of the program. Its name is a path within the working folder.
    package struct File: Codable, Equatable, Sendable, NamedSetting {
        var file: String
        var digest: Digest

        package init(file: String, digest: Digest) { (self.file, self.digest) = (file, digest) }

        package var settingName: String { file }
    }

    /// Ordered by name.
    package var files: [File]
    /// The command that learns from normal images; empty if there is nothing to learn.
    package var fit: [String]
    /// The command that scores images.
    package var score: [String]
    /// True if the command gives a score for each image beside its map.
    package var scores: Bool
    package var timeoutSeconds: Int

    package init(files: [File], fit: [String], score: [String], scores: Bool, timeoutSeconds: Int) {
        (self.files, self.fit, self.score) = (
            files.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }, fit, score
        )
        (self.scores, self.timeoutSeconds) = (scores, timeoutSeconds)
    }

    /// The digest of the commands and the content of the files; a user consents to it.
    package var digest: Digest {
        get throws { Digest.of(try StageJSON.encode(self)) }
    }

    /// The names in the working folder that the exchange of images and results uses.
    package static let reservedNames: Set<String> = ["train", "model", "images", "maps", "scores.json", "tmp"]
}

/// A file of a program with its content. Its name is a path within a folder.
package struct ProgramFile: Sendable, Equatable {
    var file: String
    var bytes: [UInt8]

    package init(file: String, bytes: [UInt8]) { (self.file, self.bytes) = (file, bytes) }
}
