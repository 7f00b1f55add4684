import ContentStore

/// Some images of a category after ingest: what each file is and where its pixels lie in the store.
struct ImageIndex: Codable, Sendable {
    struct Entry: Codable, Sendable {
        var file: String
        var split: SourceImage.Split
        var kind: String
        var isAnomalous: Bool?
        /// Of the file.
        var source: Digest
        /// Of the packed image; nil for a file that was set aside.
        var pixels: Digest?
        /// Of a PNG at the size of the original.
        var mask: Digest?
        var width: Int
        var height: Int
        /// Why the file was set aside.
        var rejection: String?
        /// The kind of it.
        var fault: ImageFault?
    }

    var entries: [Entry]
}

/// Normal images that take part in training or calibration: their content alone, so that a new name changes nothing.
struct TrainingIndex: Codable, Sendable {
    struct Entry: Codable, Sendable {
        /// Of the file.
        var source: Digest
        /// Of the packed image.
        var pixels: Digest
    }

    var entries: [Entry]
}
