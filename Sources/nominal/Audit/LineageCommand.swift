import ArgumentParser
import Audit
import Console
import ContentStore
import Datasets
import Foundation
import Imaging
import Wording

struct LineageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage",
        abstract: "Show what a result was made from, or used for.",
        discussion: """
            THING is one of:
              an exported file or a copy of it (report.html, a map, a model)
              a row of a table of scores (runs/NAME/scores.csv:7)
              an image (a file, or its name in such a table)
              a registered model (wood@3), a task (wood/calibrate), or the number of a run
              the first digits of a digest

            Equal tasks on different data share a line; --tasks shows each of them.

            Examples:
              nominal lineage runs/demo/scores.csv:7
              nominal lineage runs/demo/anomaly_maps/wood/test/scratch/003.tiff --parameters
              nominal lineage data/demo/wood/train/good/000.png --down
              nominal lineage wood@production --files
              nominal lineage 12 --json
              nominal lineage 12 --prov run12.prov.json --ro-crate run12 --attach
            """)

    @Argument(help: "A file, a row, an image, a model, a task, a run, or a digest.")
    var thing: String

    @Flag(help: "Show what was made from it instead.")
    var down = false

    @Flag(help: "Show every task.")
    var tasks = false

    @Flag(help: "Show the parameters of every step.")
    var parameters = false

    @Flag(help: "Show every image, mask and texture with its digest.")
    var files = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print a Graphviz graph.")
    var dot = false

    @Option(help: ArgumentHelp("Also write an HTML page with a graph to zoom and search.", valueName: "file"))
    var page: String?

    @Option(help: ArgumentHelp("Also write PROV-JSON.", valueName: "file"))
    var prov: String?

    @Option(help: ArgumentHelp("Also write OpenLineage run events, one per line.", valueName: "file"))
    var openlineage: String?

    @Option(
        help: ArgumentHelp("Also write an RO-Crate 1.1 (Process Run Crate).", valueName: "folder")
    )
    var roCrate: String?

    @Flag(help: "Copy files from the store into the crate.")
    var attach = false

    @Option(help: ArgumentHelp("The licence of the crate, as a URL or text.", valueName: "text"))
    var license: String?

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if json && dot { throw ValidationError("--json and --dot exclude each other") }
        if attach && roCrate == nil { throw ValidationError("--attach needs --ro-crate") }
        if license != nil && roCrate == nil { throw ValidationError("--license needs --ro-crate") }
    }

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let subject = try LineageSubject(thing, in: store)
        let direction: LineageGraph.Direction = down ? .down : .up
        // A plain tree needs only the number of files.
        let isTree = !(json || dot || files || parameters)
        let isOutline = isTree && page == nil && prov == nil && openlineage == nil && roCrate == nil
        let graph = try subject.graph(direction, store, isOutline: isOutline)
        try export(subject, graph, store)
        let verdicts = down ? try ImageVerdict.all(in: graph, store) : subject.verdicts
        if json {
            return print(try LineageJSON(subject, graph, direction, verdicts: verdicts).text(), terminator: "")
        }
        if dot { return print(LineageDOT.text(subject, graph, isCondensed: !tasks)) }
        let options = LineageTree.Options(showsTasks: tasks, showsParameters: parameters, showsFiles: files)
        print(subject.heading(direction))
        if subject.verdicts.count == 1, let reason = try reason(for: subject.verdicts[0], store) { print(reason) }
        if let model = subject.model {
            for decision in try store.decisions(of: model.name) where decision.model == model {
                print(ModelDecisionText.line(decision))
            }
        }
        let tree = LineageTree(
            graph, direction, options, focus: subject.image, models: try store.models()
        ).text()
        if let note = graph.noteOnLaterAttempts(than: subject.run) { print(note) }
        if down { listVerdicts(verdicts, subject.image) }
        guard tree.isEmpty else { return print("\n" + tree) }
        print(
            down
                ? "nothing in the store \(store.path) was made from it"
                : "no task made it: it is an input from outside; --down shows what was made from it")
    }

    /// The place of the highest values in the map of a verdict, and the picture of the map if the subject is a row of a
    /// table. Nil if the map is no longer stored.
    private func reason(for verdict: ImageVerdict, _ store: ContentStore) throws -> String? {
        guard let digest = verdict.map, try store.contains(digest) else { return nil }
        let map = try FloatMap.decode(bytes: try store.read(digest), name: "map.tiff")
        guard let region = PeakRegion(of: map) else { return nil }
        let parent = (thing as NSString).deletingLastPathComponent
        let overlays = (parent.isEmpty ? "." : parent) + "/overlays/"
        let category = verdict.task.prefix { $0 != "/" } + "/"
        let picture = try ["", category].map { overlays + ResultName.of($0 + verdict.image, suffix: "png") }
            .first { try AtomicFile.exists($0) }
        return "its map is highest in \(region)" + (picture.map { "; picture: \($0)" } ?? "")
    }

    private func export(_ subject: LineageSubject, _ graph: LineageGraph, _ store: ContentStore) throws {
        func write(_ text: String, to path: String) throws {
            _ = try AtomicFile.write(Array(text.utf8), to: path, onlyIfChanged: true)
            StandardError.write("wrote \(path)")
        }
        if let page {
            let view = LineageView(
                graph, title: "Lineage",
                description: "\(down ? "What was made from" : "What was used for"): \(subject.words)")
            try write(view.page(), to: page)
        }
        if let prov { try write(ProvDocument.text(graph), to: prov) }
        if let openlineage { try write(OpenLineageEvents.text(graph), to: openlineage) }
        if let roCrate {
            let crate = ResearchObject(subject, graph, isAttaching: attach, license: license)
            let attached = try crate.write(to: roCrate, store)
            StandardError.write("wrote \(roCrate)/ro-crate-metadata.json" + (attach ? " and \(attached) files" : ""))
        }
    }

    /// Prints the verdicts that depend on the subject: its own for a test image, those of the trained models for a
    /// training image.
    private func listVerdicts(_ verdicts: [ImageVerdict], _ image: Digest?) {
        let own = verdicts.filter { $0.source == image }
        let others = verdicts.filter { $0.source != image }
        // One scoring task covers a group of images; the others in the group are unrelated.
        let dependent = own.isEmpty ? others : own
        guard !dependent.isEmpty else { return }
        let models = Set(dependent.map(\.model)).count
        let anomalous = dependent.count { $0.verdict == "anomalous" }
        print(
            "\(counted(dependent.count, "verdict depends", "verdicts depend")) on it, \(anomalous) of "
                + "them anomalous, by \(counted(models, "model"))" + (files ? ":" : "; --files lists them")
        )
        guard files else { return }
        for verdict in dependent {
            print(
                "  \(verdict.verdict)  \(verdict.image)  \(verdict.score)  model \(verdict.model.short), "
                    + "\(verdict.task), run \(verdict.run)"
            )
        }
    }
}
