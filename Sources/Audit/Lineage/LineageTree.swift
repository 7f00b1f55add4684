import ContentStore
import Foundation
import ModelRegistry
import Wording

/// A lineage as a text tree, from its subject up to the image files or down to what was made from it.
package struct LineageTree {
    package struct Options: Sendable {
        /// Lists every task instead of steps.
        package var showsTasks = false
        /// Lists the parameters of each step.
        package var showsParameters = false
        /// Lists every image, mask and texture with its digest.
        package var showsFiles = false

        package init(showsTasks: Bool = false, showsParameters: Bool = false, showsFiles: Bool = false) {
            (self.showsTasks, self.showsParameters, self.showsFiles) = (showsTasks, showsParameters, showsFiles)
        }
    }

    private let lineage: LineageSteps
    private let direction: LineageGraph.Direction
    private let options: Options
    /// The child steps of each step.
    private let branches: [[Int]]
    private let focus: Digest?
    /// The references of registered models, such as "wood@1", by digest.
    private let names: [Digest: [String]]

    /// - Parameters:
    ///   - focus: an image that is listed by name wherever it was used.
    ///   - models: all registered models.
    package init(
        _ graph: LineageGraph, _ direction: LineageGraph.Direction, _ options: Options, focus: Digest? = nil,
        models: [RegisteredModel] = []
    ) {
        names = Dictionary(grouping: models, by: \.digest).mapValues { $0.map { "\($0.reference)" } }
        lineage = LineageSteps(graph, isCondensed: !options.showsTasks)
        (self.direction, self.options, self.focus) = (direction, options, focus)
        switch direction {
        case .up: branches = lineage.inputs
        case .down:
            var users = Array(repeating: [Int](), count: lineage.steps.count)
            for (step, inputs) in lineage.inputs.enumerated() { for input in inputs { users[input].append(step) } }
            branches = users
        }
    }

    /// The lines, without a trailing line feed.
    package func text() -> String {
        var lines: [String] = []
        var seen = Set<Int>()
        for root in roots { write(root, "", "", &lines, &seen) }
        if !lineage.graph.executions.isEmpty { lines += [""] + lineage.graph.executions.flatMap(Self.lines) }
        lines += lineage.graph.makers.flatMap { maker in
            ["run \(maker.run) of another store, by the bundle's record (\(maker.processor))", "   \(maker.versions)"]
        }
        return lines.joined(separator: "\n")
    }

    private var roots: [Int] {
        guard direction == .down else { return lineage.ends }
        let used = Set(branches.enumerated().flatMap { step, next in next.filter { $0 != step } })
        return lineage.steps.indices.filter { !used.contains($0) }
    }

    private func write(_ step: Int, _ head: String, _ indent: String, _ lines: inout [String], _ seen: inout Set<Int>) {
        guard seen.insert(step).inserted else {
            lines.append(head + lineage.steps[step].name + " (see above)")
            return
        }
        lines.append(head + title(step))
        var notes: [String] = []
        if options.showsParameters { notes += parameters(step) }
        if direction == .up || options.showsFiles { notes += files(step) }
        let next = branches[step]
        for note in notes { lines.append(indent + (next.isEmpty ? "   " : "\u{2502}  ") + note) }
        for (place, branch) in next.enumerated() {
            let isLast = place == next.count - 1
            write(
                branch, indent + (isLast ? "\u{2514}\u{2500} " : "\u{251C}\u{2500} "),
                indent + (isLast ? "   " : "\u{2502}  "), &lines, &seen)
        }
    }

    private func title(_ step: Int) -> String {
        let item = lineage.steps[step]
        let actions = item.actions.map { lineage.graph.actions[$0] }
        let seconds = actions.reduce(0) { $0 + $1.durationSeconds }
        var facts = ["\(item.stage) \(item.version)"]
        if actions.count > 1 { facts.append("\(actions.count) tasks") }
        facts += Self.runs(actions)
        facts.append("\((seconds * 10).rounded() / 10) s")
        let key = actions.count == 1 ? "  \(actions[0].key.short)" : ""
        return item.name + "  (" + facts.joined(separator: ", ") + ")" + key + modelNames(item)
    }

    /// The runs that performed or imported a step, and when.
    private static func runs(_ actions: [LineageGraph.Action]) -> [String] {
        func numbers(_ actions: [LineageGraph.Action]) -> String {
            let runs = Set(actions.map(\.execution)).sorted()
            return (runs.count == 1 ? "run " : "runs ") + ranges(runs)
        }
        let imported = actions.filter { $0.imported != nil }
        let own = actions.filter { $0.imported == nil }
        var facts = own.isEmpty ? [] : [numbers(own), time(own.map(\.startedAt).min() ?? 0)]
        guard let at = imported.compactMap({ $0.imported?.at }).min() else { return facts }
        facts.append((own.isEmpty ? "" : "\(imported.count) ") + "imported in \(numbers(imported)) at \(time(at))")
        let known = imported.filter { $0.imported?.maker != nil }.map(\.startedAt).min()
        facts.append(known.map { "made \(time($0))" } ?? "maker unknown")
        return facts
    }

    /// The registered models among the outputs of a step with one task.
    private func modelNames(_ step: LineageStep) -> String {
        guard !names.isEmpty, step.actions.count == 1 else { return "" }
        let made = lineage.graph.edges.filter { $0.relation == .generated && $0.action == step.actions[0] }
        let found = made.flatMap { names[lineage.graph.artifacts[$0.artifact].digest] ?? [] }
        return found.isEmpty ? "" : "  " + found.joined(separator: ", ")
    }

    private func files(_ step: Int) -> [String] {
        let (sources, unnamed) = (lineage.sources[step], lineage.unnamedSources[step])
        var lines: [String] = []
        for kind in Set(sources.map(\.kind)).union(unnamed.keys).sorted() {
            let own = sources.filter { $0.kind == kind }
            let count = own.count + (unnamed[kind] ?? 0)
            lines.append(counted(count, kind.rawValue))
            let shown = options.showsFiles || kind == .blob ? own : own.filter { $0.digest == focus }
            lines += shown.map {
                "  \(options.showsFiles ? $0.digest.hex : $0.digest.short)  \(([$0.name] + (names[$0.digest] ?? [])).joined(separator: "  "))"
            }
        }
        return lines
    }

    private func parameters(_ step: Int) -> [String] {
        var lines: [String] = []
        for part in lineage.parameters(of: step) {
            let text = "\(part.name): \(part.readable)"
            if let last = lines.last, last.count + text.count < 100 {
                lines[lines.count - 1] = last + ", " + text
            } else {
                lines.append(text)
            }
        }
        return lines
    }

    /// Ascending numbers as ranges, such as "3, 5 to 7".
    static func ranges(_ numbers: [Int64]) -> String {
        var ranges: [(first: Int64, last: Int64)] = []
        for number in numbers {
            if let last = ranges.last, last.last + 1 == number {
                ranges[ranges.count - 1].last = number
            } else {
                ranges.append((number, number))
            }
        }
        return ranges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first) to \($0.last)" }.joined(separator: ", ")
    }

    private static func lines(_ execution: LineageExecution) -> [String] {
        let record = execution.record
        var lines = ["run \(record.number): \(record.command)"]
        lines.append(
            "   \(record.outcome), \(time(record.startedAt))" + (record.finishedAt.map { " to \(time($0))" } ?? "")
                + " on \(record.host) (\(execution.processor))")
        lines.append("   \(record.versions)")
        if let manifest = execution.manifest { lines.append("   manifest \(execution.file ?? "")  \(manifest)") }
        return lines
    }

    /// A time in UTC, to the second.
    static func time(_ nanoseconds: Int64) -> String {
        let formatter = ISO8601DateFormatter()
        return formatter.string(from: Date(timeIntervalSince1970: Double(nanoseconds) / 1e9))
    }
}
