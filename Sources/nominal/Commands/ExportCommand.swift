import ArgumentParser
import ContentStore
import Folders
import Foundation
import Privacy

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a model, a result or a run, with all it depends on, to one file.",
        discussion: """
            The file is an uncompressed tar archive: facts in bundle.json, then the blobs. Equal contents are equal files.
            `nominal import` takes it over into another store, where the same job then has nothing to do.

            Examples:
              nominal export 12 --output demo.bundle
              nominal export runs/demo/models/wood.nominal --output wood.bundle
              nominal export wood/calibrate --output wood.bundle
            """)

    @Argument(help: "The number of a run, the name of a task, an exported file, or the first digits of a digest.")
    var thing: String

    @Option(name: .shortAndLong, help: "The file to write.")
    var output: String

    @Flag(name: .shortAndLong, help: "No progress on standard error.")
    var quiet = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            let task = try StoreTask("writing", isQuiet: quiet, stopped: "stopping: no file is written")
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            let subject = try store.subject(thing)
            let summary = try task.run { progress in
                try store.export(subject, to: output) { progress.proceeds($0, $1) }
            }
            print(
                "\(output): \(summary.subject), \(summary.actions) results, \(summary.blobs) blobs, "
                    + "\(ByteCount(bytes: summary.sizeBytes))")
        }
    }
}

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes over what `nominal export` wrote.",
        discussion: """
            Every blob is checked against its digest before any of them is published. What the store has already stays as it
            is, so importing twice is harmless. What a run computes at the moment is left to that run. Digests prove the blobs, but that they are the results of these tasks is
            what the file says: import from people you trust.

            Example:
              nominal import demo.bundle
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Flag(name: .shortAndLong, help: "No progress on standard error.")
    var quiet = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            let task = try StoreTask("reading", isQuiet: quiet, stopped: "stopping: nothing is imported")
            guard try AtomicFile.exists(file) else {
                StandardError.write("error: \(file): no such file; `nominal export` writes them")
                throw ExitCode(ExitStatus.inputMissing.rawValue)
            }
            // Looked at first: a file that is no bundle leaves no store behind.
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
}
