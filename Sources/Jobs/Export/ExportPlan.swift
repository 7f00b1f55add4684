import ContentStore
import Datasets
import Folders
import Pipeline
import Stages

/// The result files of a run, with the blobs that they are copied from.
package struct ExportPlan: Sendable {
    package struct File: Sendable, Equatable {
        /// The path relative to the run's folder.
        package var path: String
        package var digest: Digest

        package init(path: String, digest: Digest) {
            (self.path, self.digest) = (path, digest)
        }
    }

    package let files: [File]

    /// The exports of a job; after a partly failed run, those of its complete cases.
    package init(_ job: Job, _ summary: ExecutionSummary, _ store: ContentStore) throws {
        var files: [File] = []
        func add(_ path: String, _ task: TaskID, _ output: String) {
            if let digest = summary.output(of: task, named: output) { files.append(File(path: path, digest: digest)) }
        }
        add("metrics.json", job.aggregate, "metrics.json")
        for name in ScoreTables.names { add(name, job.aggregate, name) }
        add("report.html", job.report, "report.html")
        add("run.json", job.record, "run.json")
        if let require = job.require { add("junit.xml", require, "junit.xml") }
        for item in job.cases {
            add("models/\(item.name).nominal", item.calibrate, "model")
            add("models/\(item.name).card.json", item.card, "card.json")
            add("models/\(item.name).card.md", item.card, "card.md")
            add("assessments/\(item.name).json", item.assess, "assessment.json")
            if let scores = summary.output(of: item.metrics, named: "scores.json") {
                files += try ExportPlan.maps(scores, folder: "anomaly_maps/\(item.name)", store)
            }
            for overlay in item.overlays {
                guard let index = summary.output(of: overlay, named: "overlays.json") else { continue }
                files += try ExportPlan.pictures(index, folder: "overlays/\(item.name)", store)
            }
        }
        self.init(files: files)
    }

    package init(files: [File]) {
        // Names of jobs and variants come from manifests.
        self.files = files.map { File(path: PathText.read($0.path), digest: $0.digest) }.sorted { $0.path < $1.path }
    }

    package static func maps(_ scores: Digest, folder: String, _ store: ContentStore) throws -> [File] {
        try StageJSON.decode(ScoreIndex.self, try store.read(scores)).entries.compactMap { entry in
            entry.map.map { File(path: folder + "/" + ResultName.of(entry.file, suffix: "tiff"), digest: $0) }
        }
    }

    package static func pictures(_ overlays: Digest, folder: String, _ store: ContentStore) throws -> [File] {
        try StageJSON.decode(OverlayIndex.self, try store.read(overlays)).entries.map {
            File(path: folder + "/" + ResultName.of($0.file, suffix: "png"), digest: $0.overlay)
        }
    }
}
