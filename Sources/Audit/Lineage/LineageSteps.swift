import ContentStore
import Stages

/// A group of tasks that do the same work on different data, such as the shards of a training. It reduces a lineage of
/// thousands of tasks to a dozen steps.
package struct LineageStep: Sendable, Equatable {
    /// The common prefix of the tasks' names, such as "wood/train".
    package let name: String
    package let stage: String
    package let version: Int
    /// Indices into the graph's actions, ascending.
    package internal(set) var actions: [Int]

    /// The name of a task's step: the task's name without a trailing number or hyphenated suffix.
    static func name(ofTask task: String) -> String {
        // Bytes rather than characters, for speed: there may be thousands of tasks.
        let bytes = task.utf8
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return task }
        let last = bytes[bytes.index(after: slash)...]
        if last.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) { return String(task[..<slash]) }
        return last.lastIndex(of: UInt8(ascii: "-")).map { String(task[..<$0]) } ?? task
    }
}

/// A lineage condensed into steps.
package struct LineageSteps: Sendable {
    /// Content that no action in the graph produced: image files, masks, textures and external blobs.
    package struct Source: Sendable, Equatable {
        package enum Kind: String, Sendable, Comparable, Codable {
            case image, mask, texture, file, blob

            package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
        }

        package let kind: Kind
        /// The action's name for it; empty if it has none.
        package let name: String
        package let digest: Digest
    }

    package let graph: LineageGraph
    package private(set) var steps: [LineageStep] = []
    /// The steps that each step used outputs of, in the order of first use.
    package private(set) var inputs: [[Int]] = []
    /// The distinct content that each step used and no step produced.
    package private(set) var sources: [[Source]] = []
    /// The numbers of further sources of each step that the graph counts without listing, by kind.
    package private(set) var unnamedSources: [[Source.Kind: Int]] = []
    /// The steps whose outputs no other step uses.
    package private(set) var ends: [Int] = []

    /// - Parameter isCondensed: false gives each action a step of its own.
    package init(_ graph: LineageGraph, isCondensed: Bool = true) {
        self.graph = graph
        var positions: [String: Int] = [:]
        var stepOf = [Int](repeating: 0, count: graph.actions.count)
        for (number, action) in graph.actions.enumerated() {
            let name = isCondensed ? LineageStep.name(ofTask: action.task) : action.task
            let identity = isCondensed ? "\(action.stage) \(action.version) \(name)" : "\(number)"
            let position = positions[identity] ?? steps.count
            if position == steps.count {
                positions[identity] = position
                steps.append(LineageStep(name: name, stage: action.stage, version: action.version, actions: []))
            }
            steps[position].actions.append(number)
            stepOf[number] = position
        }
        inputs = Array(repeating: [], count: steps.count)
        sources = Array(repeating: [], count: steps.count)
        connect(stepOf)
        countUnnamed(stepOf)
    }

    private mutating func connect(_ stepOf: [Int]) {
        var makers: [Int: Int] = [:]
        struct Use: Hashable { let action, artifact: Int }
        let uses = Set(
            graph.edges.lazy.filter { $0.relation == .used }.map { Use(action: $0.action, artifact: $0.artifact) })
        // A task that passes an input on did not produce it; the second pass overrides.
        for isPassing in [true, false] {
            for edge in graph.edges where edge.relation == .generated {
                guard uses.contains(Use(action: edge.action, artifact: edge.artifact)) == isPassing else { continue }
                makers[edge.artifact] = stepOf[edge.action]
            }
        }
        let roots = Set(graph.roots)
        for edge in graph.edges
        where edge.relation == .referred && roots.contains(edge.artifact) && makers[edge.artifact] == nil {
            makers[edge.artifact] = stepOf[edge.action]
        }
        var known = Array(repeating: Set<Int>(), count: steps.count)
        var named = Array(repeating: Set<Int>(), count: steps.count)
        for edge in graph.edges where edge.relation != .generated {
            let step = stepOf[edge.action]
            if let maker = makers[edge.artifact] {
                if maker != step, known[step].insert(maker).inserted { inputs[step].append(maker) }
            } else if named[step].insert(edge.artifact).inserted {
                sources[step].append(source(edge))
            }
        }
        var users = Set<Int>()
        for (step, used) in inputs.enumerated() { users.formUnion(used.filter { $0 != step }) }
        ends = steps.indices.filter { !users.contains($0) }
    }

    private mutating func countUnnamed(_ stepOf: [Int]) {
        unnamedSources = Array(repeating: [:], count: steps.count)
        // Consecutive entries usually belong to one step.
        var (last, counts): ((step: Int, role: String)?, [Int]) = (nil, [])
        var kinds: [(step: Int, kind: Source.Kind)] = []
        struct Content: Hashable { let step: Int, content: Int64 }
        var seen = Set<Content>(minimumCapacity: graph.unnamedSources.count)
        for source in graph.unnamedSources {
            let step = stepOf[source.action]
            guard seen.insert(Content(step: step, content: source.content)).inserted else { continue }
            if last?.step != step || last?.role != source.role {
                last = (step, source.role)
                kinds.append((step, Self.kind(steps[step].stage, source.role)))
                counts.append(0)
            }
            counts[counts.count - 1] += 1
        }
        for (place, count) in zip(kinds, counts) { unnamedSources[place.step][place.kind, default: 0] += count }
    }

    private static func kind(_ stage: String, _ role: String) -> Source.Kind {
        switch (stage, role) {
        case (_, "mask"): .mask
        case (IngestStage.name, _): .image
        case (TextureStage.name, _): .texture
        default: .file
        }
    }

    private func source(_ edge: LineageGraph.Edge) -> Source {
        let digest = graph.artifacts[edge.artifact].digest
        guard case .source(let role) = edge.relation else {
            return Source(kind: .blob, name: edge.name, digest: digest)
        }
        let kind = Self.kind(graph.actions[edge.action].stage, role)
        let name =
            switch kind {
            case .texture: ""
            case .file: edge.name == "source" ? "" : edge.name
            case .image, .mask, .blob: edge.name
            }
        return Source(kind: kind, name: name, digest: digest)
    }

    /// The parameters that all actions of a step share.
    package func parameters(of step: Int) -> [LineageGraph.Parameter] {
        let actions = steps[step].actions.map { graph.actions[$0] }
        guard let first = actions.first else { return [] }
        let others = actions.dropFirst().map { Set($0.parameters.map { "\($0.name)=\($0.readable)" }) }
        return first.parameters.filter { part in others.allSatisfy { $0.contains("\(part.name)=\(part.readable)") } }
    }
}

extension LineageGraph {
    /// The distinct runs of other stores that made imported results, in the order of the actions.
    var makers: [Maker] {
        var seen = Set<Maker>()
        return actions.compactMap { $0.imported?.maker }.filter { seen.insert($0).inserted }
    }

    /// The performer of an action: a run of this store, a run of another store, or unknown for an import without a
    /// record.
    enum Performer: Hashable {
        case run(Int64)
        case maker(Maker)
        case unknown
    }

    func performer(of action: Action) -> Performer {
        guard let imported = action.imported else { return .run(action.execution) }
        return imported.maker.map { .maker($0) } ?? .unknown
    }

    /// A note on actions whose stored results come from runs later than the given one; nil if absent.
    package func noteOnLaterAttempts(than run: Int64?) -> String? {
        guard let run else { return nil }
        let later = actions.filter { $0.execution > run }
        guard !later.isEmpty else { return nil }
        let runs = Set(later.map(\.execution)).sorted()
        return
            "the stored results of \(later.count) of these tasks were made or imported after run \(run) began, in run"
            + "\(runs.count == 1 ? "" : "s") \(LineageTree.ranges(runs)); times and versions refer to that"
    }
}

extension LineageGraph.Maker {
    /// A short hash for identifiers in exported documents.
    var identifier: String { String(Digest.of(text: "\(run)\n\(versions)\n\(processor)").hex.prefix(16)) }
}

extension LineageGraph.Parameter {
    /// The value without the quotation marks that `readable` puts around text.
    package var text: String {
        guard readable.count >= 2, readable.hasPrefix("\""), readable.hasSuffix("\"") else { return readable }
        return String(readable.dropFirst().dropLast())
    }
}
