import ContentStore
import Foundation

/// `run.json`: what a run was made from, for comparing it with another. No clock or host, and of paths those of the manifest, shortened (`JobManifest.shown`).
struct RunRecord: Codable, Equatable, Sendable {
    /// History: 1 = first.
    static let version = 1

    var format = RunRecord.version
    var name: String
    /// The version of the program, and of the stages' numerics and of each stage: what a change of code raises.
    var nominal: String
    var numerics: Int
    var stages: [String: Int]
    /// By the names of `metrics.json`.
    var cases: [String: Case]

    struct Case: Codable, Equatable, Sendable {
        var category: String
        /// The manifest of this case after presets and defaults: each value as JSON, by its JSON Pointer.
        var parameters: [String: String]
        /// Normal images, by their file.
        var train: [String: Digest]
        var test: [String: Image]
        /// Of all foreign textures together.
        var textures: Digest?
        var model: Digest
        /// By the image's file; images without labelled pixels have none.
        var aupimo: [String: Double]
    }

    struct Image: Codable, Equatable, Sendable {
        var image: Digest
        var mask: Digest?
    }
}
