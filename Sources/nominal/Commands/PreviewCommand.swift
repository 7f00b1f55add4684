import ArgumentParser
import Audit
import ContentStore
import Foundation
import Jobs
import Manifests
import Pipeline

struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Draws the first samples that training will see, without training.",
        discussion: """
            Writes runs/NAME/preview/CASE.png for each model of the job: samples from
            left to right and from top to bottom, in the order of the training. A sample
            is three pictures side by side:
              left    a normal image after augmentation: what the network has to
                      give back
              middle  the same after corruption: what it gets
              right   the mask: white where the corruption changed it, all black
                      where a sample stays clean

            Only what that needs is computed, and kept for the run. Other files of the
            run's folder stay as they are.

            Examples:
              nominal preview jobs/demo.json
              nominal preview jobs/toothbrush.json --samples 60 --output runs/look
            """)

    @Argument(help: "The job manifest.", completion: .file(extensions: ["json"]))
    var manifest: String

    @Option(
        name: .shortAndLong,
        help: "The run's folder; the pictures go to \"preview\" in it. Default: runs/NAME.")
    var output: String?

    @Option(help: "Samples for each model, 1 to 100.")
    var samples = 24

    @OptionGroup var reporting: ReportingOptions

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    func validate() throws {
        guard (1...100).contains(samples) else {
            throw ValidationError("--samples is \(samples); expected 1 to 100")
        }
    }

    func run() throws {
        try failing {
            let file = manifest
            let text = try JobManifest.read(file)
            let manifest = try JobManifest.parse(bytes: text, file: file)
            let interruption = Interruption()
            var opened: (folder: ExportFolder, session: RunSession)?
            let job = try Job(manifest) { paths in
                // A folder with a list of its own: the run's exports know nothing of these, nor these of them.
                let folder = try ExportFolder(
                    path: (output ?? "runs/\(manifest.name)") + "/preview", isNamed: false, apartFrom: paths)
                let session = try RunSession(
                    manifest, storeOptions, machine, keepGoing: false, reporting, subject: "preview \(manifest.name)",
                    interruption, output: folder.path, recipe: RunRecipe(.preview), text: text)
                opened = (folder, session)
                return try session.digests(paths)
            }
            guard let (folder, session) = opened else { fatalError("a job did not ask for the digests of its files") }
            StandardError.tell(notes: job.notes, warnings: job.warnings)
            let preview = try Preview(job, samples: samples)
            let summary = try session.execute(preview.graph)
            let pictures = preview.exports(summary)
            let exported = try folder.export(pictures, from: session.store, isComplete: summary.isSuccess)
            try session.conclude(summary, exported, folder.path)
            for picture in pictures.files { print("\(picture.path.dropLast(4)): \(folder.path)/\(picture.path)") }
        }
    }
}
