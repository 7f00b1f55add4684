public import BinaryCoding
public import NeuralNetworks

/// A pretrained network as the store keeps it: the graph, and where it came from.
public struct Backbone: Sendable, Equatable {
    /// Version 1: the first.
    public static let format = FileFormat(magic: "NOMBACKB", version: 1)
    /// Of a file that is brought, and of one that is kept.
    public static let maximumFileBytes = 1 << 30

    /// Where a network came from, in words for people.
    public struct Provenance: Sendable, Equatable {
        /// What kind of network it is, such as "EfficientNet-Lite2".
        public var title: String
        /// An SPDX identifier where there is one.
        public var licence: String
        public var origin: String
        /// Of the file that was brought, in hexadecimal digits.
        public var sha256: String

        public init(title: String, licence: String, origin: String, sha256: String) {
            (self.title, self.licence, self.origin, self.sha256) = (title, licence, origin, sha256)
        }
    }

    public var provenance: Provenance
    public var graph: InferenceGraph

    public init(provenance: Provenance, graph: InferenceGraph) {
        (self.provenance, self.graph) = (provenance, graph)
    }

    public var bytes: [UInt8] {
        var writer = ByteWriter(Backbone.format)
        for text in [provenance.title, provenance.licence, provenance.origin, provenance.sha256] { writer.write(text) }
        graph.write(to: &writer)
        return writer.bytes
    }

    /// Throws `FormatError`, and `InferenceError` where the network cannot be run.
    public init(bytes: [UInt8], name: String) throws {
        var reader = try ByteReader(bytes, Backbone.format, name: name)
        provenance = Provenance(
            title: try reader.readText(), licence: try reader.readText(), origin: try reader.readText(),
            sha256: try reader.readText())
        graph = try InferenceGraph(from: &reader)
        try reader.finish()
    }
}
