import Foundation

@testable import Manifests

/// A folder with the manifest of a job, to sweep over.
struct SweepFixture {
    static let job = #"""
        {
          "$schema": "../schemas/job.schema.json",
          "name": "base",
          "description": "A base.",
          "dataset": { "layout": "mvtec", "root": "../data" },
          "training": { "steps": 100, "warmupSteps": 20, "seed": 7 },
          "corruption": { "textures": "/textures" }
        }
        """#

    let folder: URL

    init(job: String = SweepFixture.job) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sweeps-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(job.utf8).write(to: folder.appending(path: "job.json"))
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// - Parameter name: of the file that the text would come from; it need not exist.
    func parse(_ text: String, name: String = "sweep.json") throws(ManifestError) -> SweepManifest {
        try SweepManifest.parse(bytes: Array(text.utf8), file: folder.appending(path: name).path)
    }

    /// A sweep with these members of `parameters` and further members.
    func sweep(_ parameters: String, _ more: String = "") throws(ManifestError) -> SweepManifest {
        try parse(#"{"name": "s", "job": "job.json", "parameters": {\#(parameters)}\#(more)}"#)
    }
}
