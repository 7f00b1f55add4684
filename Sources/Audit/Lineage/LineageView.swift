import ContentStore
import Jobs
import Reports
import Wording

extension LineageDiagram {
    /// The limit on listed files: longer pages open slowly in browsers. `nominal lineage --files` lists all.
    private static let namedFiles = 20_000

    /// A diagram with a node for each step, and one for the source files of a step.
    init(_ lineage: LineageSteps, title: String, description: String) {
        var nodes = lineage.steps.indices.map { Self.node($0, lineage) }
        var edges: [(from: Int, to: Int)] = []
        for (step, inputs) in lineage.inputs.enumerated() { for input in inputs { edges.append((input, step)) } }
        for (step, sources) in lineage.sources.enumerated() where !sources.isEmpty {
            edges.append((nodes.count, step))
            nodes.append(Self.node(sources))
        }
        let files = Set(lineage.sources.joined().map(\.digest)).count
        var facts = [
            Fact(label: "Tasks", value: "\(lineage.graph.actions.count)"), Fact(label: "Files", value: "\(files)"),
        ]
        for execution in lineage.graph.executions {
            let record = execution.record
            facts.append(
                Fact(label: "Run \(record.number)", value: "\(record.command); \(LineageTree.time(record.startedAt))"))
            facts.append(Fact(label: "Versions", value: "\(record.versions); \(execution.processor)"))
            if let manifest = execution.manifest { facts.append(Fact(label: "Manifest", value: "\(manifest)")) }
        }
        for maker in lineage.graph.makers {
            facts.append(
                Fact(label: "Run \(maker.run) of another store", value: "\(maker.versions); \(maker.processor)"))
        }
        self.init(title: title, description: description, facts: facts, nodes: nodes, edges: edges)
    }

    private static func node(_ step: Int, _ lineage: LineageSteps) -> Node {
        let item = lineage.steps[step]
        let actions = item.actions.map { lineage.graph.actions[$0] }
        let seconds = actions.reduce(0) { $0 + $1.durationSeconds }
        let runs = Set(actions.map(\.execution)).sorted()
        let imports = actions.count { $0.imported != nil }
        let doer = imports == 0 ? "Run" : imports == actions.count ? "Imported in run" : "Run or import"
        var facts = [
            Fact(label: "Stage", value: "\(item.stage), version \(item.version)"),
            Fact(label: doer, value: LineageTree.ranges(runs)),
            Fact(label: "Begun", value: LineageTree.time(actions.map(\.startedAt).min() ?? 0)),
            Fact(label: "Time", value: "\((seconds * 10).rounded() / 10) s"),
        ]
        if actions.count > 1 { facts.append(Fact(label: "Tasks", value: "\(actions.count)")) }
        var sections = [("What was done", facts)]
        if actions.count == 1 {
            let made = lineage.graph.edges.filter { $0.relation == .generated && $0.action == item.actions[0] }
            sections.append(("Key", [Fact(label: "Action", value: "\(actions[0].key)")]))
            sections.append(
                (
                    "What it made",
                    made.map { Fact(label: $0.name, value: "\(lineage.graph.artifacts[$0.artifact].digest)") }
                ))
        }
        let parameters = lineage.parameters(of: step)
        if !parameters.isEmpty {
            sections.append(("Parameters", parameters.map { Fact(label: $0.name, value: $0.readable) }))
        }
        return Node(
            kind: lineage.ends.contains(step) ? .result : .step, title: item.name,
            subtitle: actions.count == 1 ? item.stage : "\(item.stage), \(actions.count) tasks",
            sections: sections.filter { !$0.1.isEmpty }.map { (heading: $0.0, facts: $0.1) },
            members: actions.count == 1 ? [] : actions.map { "\($0.task) \($0.key.short)" })
    }

    private static func node(_ sources: [LineageSteps.Source]) -> Node {
        let kinds = Set(sources.map(\.kind)).sorted()
        let title = kinds.map { kind -> String in
            let count = sources.count { $0.kind == kind }
            return counted(count, kind.rawValue)
        }.joined(separator: ", ")
        var listed = sources.prefix(namedFiles).map { source in
            [source.name, source.kind == .mask ? "(mask)" : "", source.digest.hex].filter { !$0.isEmpty }.joined(
                separator: " ")
        }
        if sources.count > namedFiles {
            listed.append("and \(sources.count - namedFiles) more, which nominal lineage --files lists")
        }
        return Node(
            kind: .files, title: title, subtitle: "from outside", members: listed)
    }
}

/// The page of a run's lineage, `lineage.html`. It records times and the machine, so it is not a result: it is not
/// stored as a blob, and each run that executed tasks rewrites it.
package struct LineageView {
    package static let pageName = ResultFiles.lineagePageName

    private let diagram: LineageDiagram

    package init(_ graph: LineageGraph, title: String, description: String) {
        diagram = LineageDiagram(LineageSteps(graph), title: title, description: description)
    }

    /// The page as UTF-8.
    package func page() -> String { LineagePage.render(diagram) }

    /// - Throws: `StoreError`.
    package func write(to folder: String) throws {
        _ = try AtomicFile.write(Array(page().utf8), to: folder + "/" + LineageView.pageName, onlyIfChanged: true)
    }
}
