import ArgumentParser
import Audit
import Console
import Jobs
import Manifests

struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Draw the first training samples without training.",
        discussion: """
            Writes runs/NAME/preview/CASE.png for each model of the job: samples in training order, from left to right \
            and top to bottom. A sample is three pictures:
              left    a normal image after augmentation: the network's target
              middle  the same image after corruption: the network's input
              right   the mask: white where the corruption changed the image, black
                      everywhere for a clean sample

            Computes only the tasks that the preview needs; a run reuses their results. Other files in the run's \
            folder are not changed.

            Examples:
              nominal preview jobs/demo.json
              nominal preview jobs/toothbrush.json --samples 60 --output runs/look
            """)

    @Argument(help: "The job manifest.", completion: .file(extensions: ["json"]))
    var manifest: String

    @Option(
        name: .shortAndLong,
        help: "Folder of the run; pictures go to its subfolder preview. Default: runs/NAME.")
    var output: String?

    @Option(help: "Samples per model, 1 to 100.")
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
        let file = manifest
        let text = try JobManifest.read(file)
        let manifest = try JobManifest.parse(bytes: text, file: file)
        let interruption = Interruption()
        var opened: (folder: ExportFolder, session: RunSession)?
        let job = try Job(manifest, backbones: storeOptions.backbones) { paths in
            // Its own list of exports, separate from the run's.
            let folder = try ExportFolder(
                path: (output ?? "runs/\(manifest.name)") + "/preview", isNamed: false, apartFrom: paths)
            let session = try RunSession(
                manifest, storeOptions, machine, keepGoing: false, reporting, subject: "preview \(manifest.name)",
                interruption, output: folder.path, recipe: RunRecipe(.preview), text: text)
            opened = (folder, session)
            return try session.digests(paths)
        }
        guard let (folder, session) = opened else { fatalError("the job never requested digests of its files") }
        StandardError.tell(notes: job.notes, warnings: job.warnings)
        let preview = try Preview(job, samples: samples)
        let summary = try session.execute(preview.graph)
        let pictures = preview.exports(summary)
        let exported = try folder.export(pictures, from: session.store, isComplete: summary.isSuccess)
        try session.conclude(summary, exported, folder.path)
        for picture in pictures.files { print("\(picture.path.dropLast(4)): \(folder.path)/\(picture.path)") }
    }
}
