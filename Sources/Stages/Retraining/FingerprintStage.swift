import AnomalyDetection
import ContentStore
import Pipeline

/// Perceptual hashes of some images, by which copies are found that are not the same bytes.
struct FingerprintStage: Stage {
    static let name = "fingerprint"
    static let version = 1

    /// `fingerprints.json`: four words of each usable image, by the digest of its file in hexadecimal.
    typealias Index = [String: [UInt64]]

    var outputs: [String] { ["fingerprints.json"] }

    func run(_ context: TaskContext) throws {
        var fingerprints: Index = [:]
        for entry in try context.readJSON(ImageIndex.self, "images").entries {
            try context.checkCancellation()
            guard let pixels = entry.pixels else { continue }
            let image = try PackedImage(bytes: try context.blob(pixels), name: entry.file).image
            fingerprints[entry.source.hex] = PerceptualHash(image).words
        }
        try context.writeJSON(fingerprints, to: "fingerprints.json")
    }
}
