import ArgumentParser
import Console
import Jobs
import Manifests

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check manifests and list every error.",
        discussion: """
            Prints the place of each error, the expected value and the remedy.

            Example:
              nominal validate jobs/*.json
            """)

    @Argument(help: "Manifests of jobs and sweeps.", completion: .file(extensions: ["json"]))
    var files: [String]

    func run() throws {
        var worst: Int32 = 0
        for file in files {
            do throws(ManifestError) {
                if SweepManifest.isSweep(path: file) {
                    let sweep = try SweepManifest.load(path: file)
                    _ = try sweep.job(running: TrialSampler.trials(of: sweep))
                } else {
                    _ = try JobManifest.load(path: file)
                }
                print("\(file): valid")
            } catch {
                for violation in error.violations { StandardError.write("\(violation)") }
                worst = max(worst, ExitStatus(of: error).rawValue)
            }
        }
        if worst != 0 { throw ExitCode(worst) }
    }
}

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema or the reference of manifests.",
        discussion: """
            Examples:
              nominal schema > job.schema.json
              nominal schema --reference > docs/manifest.md
              nominal schema --sweep --reference > docs/sweep.md
            """)

    @Flag(help: "Print a reference of every key in Markdown.")
    var reference = false

    @Flag(help: "Print it for sweeps instead of jobs.")
    var sweep = false

    func run() throws {
        let schema = String(decoding: sweep ? ManifestSchema.sweep.bytes : ManifestSchema.job.bytes, as: UTF8.self)
        let page = sweep ? ManifestReference.sweepMarkdown() : ManifestReference.markdown()
        print(reference ? page : schema, terminator: "")
    }
}
