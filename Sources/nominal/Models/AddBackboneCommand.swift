import ArgumentParser
import Backbones
import Console
import ContentStore
import Foundation
import NeuralNetworks

struct AddBackboneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a pretrained network to the store.",
        discussion: """
            Reads the .pth file of an EfficientNet-Lite 0, 1 or 2, or the ONNX file of an image network. Nothing in \
            the file is executed.

            ONNX files need their input scaling: --input imagenet (torchvision's networks), unit (values from 0 to 1), \
            or six numbers (three means and three standard deviations of values from 0 to 1). The default taps are the \
            end of each group of layers of one resolution, and the outputs.

            Examples:
              nominal backbones add efficientnet-lite2-9656183e.pth
              nominal backbones add resnet18.onnx --licence BSD-3-Clause --origin torchvision
              nominal backbones add net.onnx --input 0.5,0.5,0.5,0.25,0.25,0.25 --tap /layer2/relu
            """)

    @Argument(help: "The file.", completion: .file(extensions: ["pth", "onnx"]))
    var file: String

    @Option(help: "The name in the store. Default: the name of a known file, else the file name.")
    var name: String?

    @Option(help: "The licence of the weights, such as Apache-2.0. Known for EfficientNet-Lite.")
    var licence: String?

    @Option(help: "The origin of the file. Known for EfficientNet-Lite.")
    var origin: String?

    @Option(help: "Input scaling of an ONNX network: imagenet, unit, or six numbers.")
    var input = InputScalingArgument.standard

    @Option(
        name: .customLong("tap"),
        help: "Output of a node of an ONNX network to use as a tap; may be repeated.")
    var taps: [String] = []

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        guard try AtomicFile.exists(file) else { throw BackboneError.missing(file) }
        let bytes = try AtomicFile.read(file, limitBytes: Backbone.maximumFileBytes)
        let sha256 = Digest.of(bytes).hex
        let known = KnownBackbone.of(sha256: sha256)
        let label = URL(filePath: file).lastPathComponent
        let read = try BackboneFile(
            bytes, name: label, options: .init(scaling: input.scaling, taps: taps))
        let backbone = Backbone(
            provenance: .init(
                title: known?.title ?? read.title, licence: licence ?? known?.licence ?? "not stated",
                origin: origin ?? known?.origin ?? label, sha256: sha256),
            graph: read.graph)
        let store = try storeOptions.open()
        let name = name ?? known?.name ?? URL(filePath: file).deletingPathExtension().lastPathComponent
        let isNew = try store.add(backbone: store.put(bytes: backbone.bytes), as: name)
        print(
            "\(name)\(isNew ? "" : ", as before"): \(backbone.provenance.title), \(read.graph.parameterCount) parameters"
        )
        if backbone.provenance.licence == "not stated" {
            StandardError.write("no licence is recorded for \(name); add it with --licence")
        }
    }
}

/// An argument that describes the input scaling of a network.
struct InputScalingArgument: ExpressibleByArgument {
    static let standard = InputScalingArgument(text: "imagenet", scaling: .imageNet)

    let text: String
    let scaling: InferenceGraph.InputScaling

    private init(text: String, scaling: InferenceGraph.InputScaling) { (self.text, self.scaling) = (text, scaling) }

    init?(argument: String) {
        switch argument {
        case "imagenet": self = .standard
        case "unit": self.init(text: argument, scaling: .unit)
        default:
            let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Float($0) }
            guard numbers.count == 6, numbers.allSatisfy(\.isFinite), !numbers[3...].contains(0) else { return nil }
            self.init(text: argument, scaling: .init(mean: Array(numbers[..<3]), deviation: Array(numbers[3...])))
        }
    }

    var defaultValueDescription: String { text }
}
