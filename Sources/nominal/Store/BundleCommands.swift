import ArgumentParser
import Console
import ContentStore
import Folders
import Privacy

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write results with all their inputs to one file.",
        discussion: """
            Exports a model, a result or a run as an uncompressed tar archive: bundle.json, then the blobs. Equal \
            contents give equal files. After nominal import into another store, the same job has nothing left to do \
            there.

            Examples:
              nominal export 12 --output demo.bundle
              nominal export runs/demo/models/wood.nominal --output wood.bundle
              nominal export wood/calibrate --output wood.bundle
            """)

    @Argument(help: "The number of a run, the name of a task, an exported file, or the first digits of a digest.")
    var thing: String

    @Option(name: .shortAndLong, help: "The file to write.")
    var output: String

    @Flag(name: .shortAndLong, help: "Show no progress on standard error.")
    var quiet = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let task = try StoreOperation("writing", isQuiet: quiet, stopped: "stopping: no file is written")
        let store = try storeOptions.openExisting(.readOnly)
        let subject = try store.subject(thing)
        let summary = try task.run { progress in
            try store.export(subject, to: output) { progress.proceeds($0, $1) }
        }
        print(
            "\(output): \(summary.subject), \(summary.actions) results, \(summary.blobs) blobs, "
                + "\(ByteCount(bytes: summary.sizeBytes))")
    }
}

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add an exported file to the store.",
        discussion: """
            Checks every blob against its digest before publishing any. Results that the store already has, or that a \
            run is computing, stay as they are. Digests prove the blobs, but not that they are the results of these \
            tasks: import only from people you trust.

            Example:
              nominal import demo.bundle
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Flag(name: .shortAndLong, help: "Show no progress on standard error.")
    var quiet = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let task = try StoreOperation(
            "reading", isQuiet: quiet,
            stopped: "stopping: results imported so far stay; import the file again to add the rest")
        guard try AtomicFile.exists(file) else {
            StandardError.error("\(file): no such file; nominal export writes them")
            throw ExitCode(ExitStatus.inputMissing.rawValue)
        }
        // First: an invalid file must leave no store behind.
        try ContentStore.checkBundle(file)
        let store = try storeOptions.open()
        let execution = try store.beginExecution(
            command: PathRedaction(.relative, base: nil, named: []).command(PathText.arguments),
            versions: RunSession.versions,
            subject: "import")
        do {
            let summary = try task.run { progress in
                try store.importBundle(file, execution: execution) { task in
                    StandardError.note("waiting for a run that computes \(task)")
                } proceeds: {
                    progress.proceeds($0, $1)
                }
            }
            try store.endExecution(execution, outcome: .succeeded)
            print(
                "\(summary.subject): \(summary.newResults) of \(summary.actions) results and \(summary.newBlobs) of "
                    + "\(summary.blobs) blobs are new")
        } catch {
            try? store.endExecution(execution, outcome: error is ExitCode ? .cancelled : .failed)
            throw error
        }
    }
}
