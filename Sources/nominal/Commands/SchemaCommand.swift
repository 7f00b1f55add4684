import ArgumentParser
import Manifests

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of job manifests or sweeps, or a reference of every key.",
        discussion: """
            Examples:
              nominal schema > job.schema.json
              nominal schema --reference > docs/manifest.md
              nominal schema --sweep --reference > docs/sweep.md
            """)

    @Flag(help: "Print the reference in Markdown.")
    var reference = false

    @Flag(help: "About sweeps in place of jobs.")
    var sweep = false

    func run() throws {
        let schema = String(decoding: sweep ? ManifestSchema.sweep.bytes : ManifestSchema.job.bytes, as: UTF8.self)
        let page = sweep ? ManifestReference.sweepMarkdown() : ManifestReference.markdown()
        print(reference ? page : schema, terminator: "")
    }
}
