import ArgumentParser
import ContentStore
import Foundation
import Stages

struct LineageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage",
        abstract: "Shows what a result was made from, up to the image files, or what was made from something.",
        discussion: """
            THING is a file of a run's results or a copy of one (report.html, a map, a model), a row of a table of scores
            (runs/NAME/scores.csv:7), an image (a file, or its name in such a table), a registered model (wood@3), a task
            (wood/calibrate), the number of a run, or the first digits of a digest.

            Tasks that do the same on different data are one line; --tasks shows each of them.

            Examples:
              nominal lineage runs/demo/scores.csv:7
              nominal lineage runs/demo/anomaly_maps/wood/test/scratch/003.tiff --parameters
              nominal lineage data/demo/wood/train/good/000.png --down
              nominal lineage wood@production --files
              nominal lineage 12 --json
            """)

    @Argument(help: "A file, a row, an image, a model, a task, a run, or a digest.")
    var thing: String

    @Flag(help: "What was made from it, instead of what it was made from.")
    var down = false

    @Flag(help: "Every task by itself.")
    var tasks = false

    @Flag(help: "The parameters of every step.")
    var parameters = false

    @Flag(help: "Every image, mask and texture by name and digest.")
    var files = false

    @Flag(help: "Print everything as JSON.")
    var json = false

    @Flag(help: "Print a graph in the language of Graphviz.")
    var dot = false

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if json && dot { throw ValidationError("--json and --dot exclude each other") }
    }

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            let subject = try LineageSubject(thing, in: store)
            let direction: LineageGraph.Direction = down ? .down : .up
            let graph = try subject.graph(direction, store)
            if json { return print(try LineageJSON(subject, graph, direction).text(), terminator: "") }
            if dot { return print(LineageDOT.text(subject, graph, isCondensed: !tasks)) }
            let options = LineageTree.Options(showsTasks: tasks, showsParameters: parameters, showsFiles: files)
            print(subject.heading(direction))
            let tree = LineageTree(graph, direction, options, focus: subject.image).text()
            print(tree.isEmpty ? "nothing in the store \(store.path) was made from it" : "\n" + tree)
        }
    }
}
