import ArgumentParser
import Manifests

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of job manifests, or a reference of every key.",
        discussion: """
            Examples:
              nominal schema > job.schema.json
              nominal schema --reference > docs/manifest.md
            """)

    @Flag(help: "Print the reference in Markdown.")
    var reference = false

    func run() throws {
        print(
            reference ? ManifestReference.markdown() : String(decoding: JobSchema.bytes, as: UTF8.self), terminator: "")
    }
}
