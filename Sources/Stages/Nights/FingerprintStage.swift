import AnomalyDetection
import BinaryCoding
import ContentStore
import Datasets
import NeuralNetworks
import Pipeline

/// Computes perceptual hashes of images, which detect copies with other bytes.
package struct FingerprintStage: Stage {
    package static let name = "fingerprint"
    package static let version = 1

    package init() {}

    /// `fingerprints.json`: four words of each usable image, by the digest of its file in hexadecimal.
    package typealias Index = [String: [UInt64]]

    package var outputs: [String] { ["fingerprints.json"] }

    package func run(_ context: TaskContext) throws {
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
