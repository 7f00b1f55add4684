import ContentStore

/// Tasks that do the same on different data, such as the shards of a training, as one: a lineage of thousands of tasks becomes a
/// picture of a dozen steps.
public struct LineageStep: Sendable, Equatable {
    /// What the tasks' names have in common, such as "wood/train".
    public let name: String
    public let stage: String
    public let version: Int
    /// Positions in the graph, in its order.
    public internal(set) var actions: [Int]

    /// What of a task's name its step is called: without a number at the end, or what follows a hyphen there.
    static func name(ofTask task: String) -> String {
        // By bytes: there may be thousands of tasks.
        let bytes = task.utf8
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return task }
        let last = bytes[bytes.index(after: slash)...]
        if last.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) { return String(task[..<slash]) }
        return last.lastIndex(of: UInt8(ascii: "-")).map { String(task[..<$0]) } ?? task
    }
}

/// A lineage as steps.
public struct LineageSteps: Sendable {
    /// Content that no action in the graph made: image files, masks, textures, and blobs that came from elsewhere.
    public struct Source: Sendable, Equatable {
        public enum Kind: String, Sendable, Comparable, Codable {
            case image, mask, texture, file, blob

            public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
        }

        public let kind: Kind
        /// As the action names it; empty where it does not.
        public let name: String
        public let digest: Digest
    }

    public let graph: LineageGraph
    public private(set) var steps: [LineageStep] = []
    /// For each step, those that it used something of, in the order of the first use.
    public private(set) var inputs: [[Int]] = []
    /// For each step, what it used that no step made. Each once.
    public private(set) var sources: [[Source]] = []
    /// For each step, how many more of a kind there are of which the graph has no more than the number.
    public private(set) var unnamedSources: [[Source.Kind: Int]] = []
    /// Steps that made the roots, or that the graph was begun with.
    public private(set) var ends: [Int] = []

    /// - Parameter isCondensed: false makes a step of each action.
    public init(_ graph: LineageGraph, isCondensed: Bool = true) {
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
        // A task that passes on what it was given has not made it.
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
        // Most of them are those of one step.
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

    /// Key parts that all actions of a step share.
    public func parameters(of step: Int) -> [LineageGraph.Parameter] {
        let actions = steps[step].actions.map { graph.actions[$0] }
        guard let first = actions.first else { return [] }
        let others = actions.dropFirst().map { Set($0.parameters.map { "\($0.name)=\($0.readable)" }) }
        return first.parameters.filter { part in others.allSatisfy { $0.contains("\(part.name)=\(part.readable)") } }
    }
}
