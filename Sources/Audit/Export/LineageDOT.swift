import ContentStore
import Jobs
import Reports
import Wording

/// A lineage in DOT, the language of Graphviz.
package enum LineageDOT {
    /// - Parameter isCondensed: false draws a node for every task.
    package static func text(_ subject: LineageSubject, _ graph: LineageGraph, isCondensed: Bool) -> String {
        let lineage = LineageSteps(graph, isCondensed: isCondensed)
        var lines = [
            "digraph lineage {", "  label=\(quoted(subject.words));", "  rankdir=BT;",
            "  node [fontname=\"sans-serif\"];",
        ]
        for (number, step) in lineage.steps.enumerated() {
            var label = step.name + "\n" + step.stage + " \(step.version)"
            if step.actions.count > 1 { label += ", \(step.actions.count) tasks" }
            lines.append("  s\(number) [shape=box, label=\(quoted(label))];")
        }
        for (step, sources) in lineage.sources.enumerated() {
            for kind in Set(sources.map(\.kind)).sorted() {
                let own = sources.filter { $0.kind == kind }
                let label =
                    own.count == 1
                    ? (own[0].name.isEmpty ? own[0].digest.short : own[0].name) : "\(own.count) \(kind.rawValue)s"
                lines.append("  s\(step)\(kind.rawValue) [shape=cylinder, label=\(quoted(label))];")
                lines.append("  s\(step) -> s\(step)\(kind.rawValue);")
            }
        }
        for (step, inputs) in lineage.inputs.enumerated() {
            for input in inputs { lines.append("  s\(step) -> s\(input);") }
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    /// A double-quoted DOT ID; a line feed becomes a centred line break.
    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}
