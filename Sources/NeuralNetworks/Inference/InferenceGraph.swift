/// A network that only runs forward, for images of any size: a list of nodes with their weights, each of which takes what
/// earlier ones have made.
///
/// Value 0 is the image, value i + 1 what node i makes.
public struct InferenceGraph: Sendable, Equatable {
    public var scaling: InputScaling
    public var nodes: [Node]
    public var taps: [Tap]

    /// How values of 0 to 1 become what the network was trained on: (value - mean) / deviation, by channel.
    public struct InputScaling: Sendable, Equatable {
        public var mean, deviation: [Float]

        public init(mean: [Float], deviation: [Float]) { (self.mean, self.deviation) = (mean, deviation) }

        public var channels: Int { mean.count }
    }

    public struct Node: Sendable, Equatable {
        /// As the file that the network came from calls it; for people.
        public var name: String
        public var operation: InferenceOperation
        /// Values.
        public var inputs: [Int]

        public init(_ name: String, _ operation: InferenceOperation, _ inputs: [Int]) {
            (self.name, self.operation, self.inputs) = (name, operation, inputs)
        }
    }

    /// A value that can be asked for by a name.
    public struct Tap: Sendable, Equatable {
        public var name: String
        public var value: Int

        public init(_ name: String, _ value: Int) { (self.name, self.value) = (name, value) }
    }

    public init(scaling: InputScaling, nodes: [Node] = [], taps: [Tap] = []) {
        (self.scaling, self.nodes, self.taps) = (scaling, nodes, taps)
    }

    /// Adds a node and gives its value.
    public mutating func append(_ name: String, _ operation: InferenceOperation, _ inputs: Int...) -> Int {
        nodes.append(Node(name, operation, inputs))
        return nodes.count
    }

    /// Numbers that were trained, folded ones counted as they stand.
    public var parameterCount: Int { nodes.reduce(0) { $0 + $1.operation.parameterCount } }

    /// For every node whether one of the values needs it.
    func isNeeded(for values: [Int]) -> [Bool] {
        var needed = [Bool](repeating: false, count: nodes.count)
        for value in values where value > 0 { needed[value - 1] = true }
        for node in nodes.indices.reversed() where needed[node] {
            for input in nodes[node].inputs where input > 0 { needed[input - 1] = true }
        }
        return needed
    }

    /// The taps of these names, in their order; all where none is named.
    public func taps(named names: [String]?) throws(InferenceError) -> [Tap] {
        guard let names else { return taps }
        var found: [Tap] = []
        for name in names {
            guard let tap = taps.first(where: { $0.name == name }) else {
                throw .unknownTap(name, known: taps.map(\.name))
            }
            found.append(tap)
        }
        return found
    }
}
