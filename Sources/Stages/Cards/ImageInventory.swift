import ContentStore

/// `inventory.json`: the images of a model by numbers and digests, for its card.
struct ImageInventory: Codable, Equatable, Sendable {
    /// Images that were trained on.
    var training: ImageSet
    /// Normal images that were held out of training.
    var heldOut: ImageSet
    var test: ImageSet
    /// Normal files and test files that were set aside, by the kind of their fault.
    var normalSetAside, testSetAside: [String: Int]
    /// Normal files that have the bytes of another one, and were used once.
    var copies: Int
    /// Test images that have the bytes of an image that was trained on or held out.
    var testCopies: Int
    /// True if no normal image has colours.
    var isGrey: Bool
}

/// Some images: how many, which, and what their files were like.
struct ImageSet: Codable, Equatable, Sendable {
    /// Distinct ones.
    var images: Int
    /// Of `listText`: an auditor who has the files can compute it with sha256sum and sort.
    var listSHA256: Digest
    /// By number, the most frequent first.
    var formats: [Format]
    /// The most frequent sizes of the originals, at most `sizeLimit` of them.
    var sizes: [Size]
    var distinctSizes: Int
    /// Images whose originals have another size than the network's images, that are wider or higher in proportion by more than
    /// `stretchTolerance`, and that are smaller in one direction or the other.
    var resized, stretched, enlarged: Int
    /// The largest factor by which a side of an original was made smaller; 1 where none was.
    var largestReduction: Double

    struct Format: Codable, Equatable, Sendable {
        /// `png`, `tiff`, `jpeg`; `grey`, `rgb`, `palette`.
        var format, colour: String
        var bitDepth: Int
        var images: Int
    }

    struct Size: Codable, Equatable, Sendable {
        var width, height: Int
        var images: Int
    }

    static let sizeLimit = 3
    static let stretchTolerance = 0.05

    /// What `listSHA256` is of: the digests of the files in hexadecimal, sorted, a line each.
    static func listText(_ sources: some Sequence<Digest>) -> String {
        sources.map { $0.hex + "\n" }.sorted().joined()
    }
}
