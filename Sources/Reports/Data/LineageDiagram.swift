/// What the page of a lineage shows: steps and files as boxes, and what was made from what.
public struct LineageDiagram: Sendable {
    public enum Kind: String, Sendable { case step, files, result }

    public struct Node: Sendable {
        public var kind: Kind
        public var title, subtitle: String
        /// What is known of it, in tables of facts under headings.
        public var sections: [(heading: String, facts: [Fact])]
        /// Names and digests of its files, or of a step's tasks, a line each; found by the search.
        public var members: [String]

        public init(
            kind: Kind, title: String, subtitle: String, sections: [(heading: String, facts: [Fact])] = [],
            members: [String] = []
        ) {
            (self.kind, self.title, self.subtitle) = (kind, title, subtitle)
            (self.sections, self.members) = (sections, members)
        }
    }

    public var title, description: String
    public var facts: [Fact]
    public var nodes: [Node]
    /// From what was used to what used it, by positions.
    public var edges: [(from: Int, to: Int)]

    public init(title: String, description: String, facts: [Fact], nodes: [Node], edges: [(from: Int, to: Int)]) {
        (self.title, self.description, self.facts, self.nodes, self.edges) = (title, description, facts, nodes, edges)
    }
}
