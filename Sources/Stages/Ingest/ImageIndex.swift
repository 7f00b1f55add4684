import AnomalyDetection
import ContentStore
import Datasets

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
        /// True if its pixels have no colours, see `PackedImage.isGrey`; nil for a file that was set aside.
        var isGrey: Bool?
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

extension DataSetColour {
    /// - Parameter entries: the normal images of a data set; files that were set aside have no part in it.
    init(_ entries: some Sequence<ImageIndex.Entry>) {
        self.init(isGrey: entries.allSatisfy { $0.isGrey ?? true })
    }
}
