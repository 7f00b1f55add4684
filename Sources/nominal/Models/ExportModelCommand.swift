import AnomalyDetection
import ArgumentParser
import Backbones
import Console
import ContentStore
import Deployment
import Host
import Imaging
import Stages

struct ExportModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model for other runtimes, with a self-test.",
        discussion: """
            Writes one ONNX file (operator set 18) that takes original pixels and returns map, score, normalised score \
            and verdict, and the folder FILE.selftest: three images, the expected results, and a page for programmers. \
            The threshold is the one in force for the registered model, or the model file's own.

            Every detector but external can be exported, without image.frame, image.region and detector.foreground. Detectors on a \
            pretrained network need the store that has it.

            Examples:
              nominal models export wood@production wood.onnx
              nominal models export runs/demo/models/wood.nominal wood.onnx --image good.png
              nominal models export wood@production wood.onnx --precision int8 --calibrate photos/held-out
              nominal verify --onnx wood.onnx --with "python3 packaging/onnx/runner.py"
            """)

    enum Input: String, CaseIterable, ExpressibleByArgument { case integer, float32 }
    enum Precision: String, CaseIterable, ExpressibleByArgument { case float32, int8 }
    enum Format: String, CaseIterable, ExpressibleByArgument { case onnx }

    @Argument(help: "The model: a file, or a name such as wood@production.", completion: .file(extensions: ["nominal"]))
    var model: String

    @Argument(help: "The file to write; an existing file is replaced.", completion: .file(extensions: ["onnx"]))
    var file: String

    @Option(help: "The format: onnx.")
    var format = Format.onnx

    @Option(
        help: ArgumentHelp(
            "Bits per sample of the images: 8 or 16. Default: 16 for a model with image.range, else 8.",
            valueName: "bits"))
    var bits: Int?

    @Option(
        help: ArgumentHelp(
            "Accept images of one size only, for runtimes without open sizes. Default: images of any size.",
            valueName: "WxH"))
    var size: String?

    @Option(
        help: ArgumentHelp(
            "A normal image for the self-test, which then contains it. Default: a generated texture.",
            valueName: "file"))
    var image: String?

    @Option(
        help: "The type of the input's samples: integer, or float32 of the same values, for runtimes without integers.")
    var input = Input.integer

    @Option(help: "float32, or int8 for the network of an ssae detector.")
    var precision = Precision.float32

    @Option(
        help: ArgumentHelp(
            "With --precision int8: normal images that the model was not trained on.",
            discussion: "The ranges of 8-bit numbers are measured on up to \(QuantizedModel.mostImages) of them.",
            valueName: "folder"),
        completion: .directory)
    var calibrate: String?

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if let bits, ![8, 16].contains(bits) { throw ValidationError("--bits is \(bits); expected 8 or 16") }
        guard (precision == .int8) == (calibrate != nil) else {
            throw ValidationError(
                calibrate == nil
                    ? "--precision int8 needs --calibrate FOLDER: normal images that the model was not trained on"
                    : "--calibrate is for --precision int8; add it, or remove --calibrate")
        }
        if let size, imageSize == nil {
            throw ValidationError("--size is \(size); expected WIDTHxHEIGHT in pixels, each 1 to 65535")
        }
    }

    func run() throws {
        let choice = try ModelChoice(model, storeOptions)
        var chosen = choice.model
        let digest = Digest.of(chosen.bytes)
        chosen.calibration = chosen.calibration.choosing(choice.threshold?.value)
        let normal = try image.map { try ImageDecoder.decode(path: $0) }
        let (backbone, card) = try dependencies(of: chosen, digest)
        let threads = ProcessResources.current.processors
        let quantized = try calibrate.map { folder in
            try QuantizedModel(chosen, calibratedOn: folder, threads: threads) { Self.show($0, of: $1) }
        }
        if let quantized { StandardError.write(quantized.change.words) }
        let export = try ModelExport(
            chosen, digest: digest,
            backbone: try backbone.map { try Backbone(bytes: $0, name: "the backbone of \(chosen.name)") }, card: card,
            samples: bits.map { $0 == 8 ? .uint8 : .uint16 }, takesFloat: input == .float32, size: imageSize,
            quantized: quantized)
        let work = try TemporaryStore.make()
        defer { try? AtomicFile.removeAll(work) }
        // The test first: a model that cannot score leaves no file.
        try SelfTestMaker(export, backbone: backbone).write(
            beside: file, normal: normal?.image, work: work, threads: threads)
        try AtomicFile.write(export.bytes, to: file, onlyIfChanged: true)
        print("\(file): \(ByteCount(bytes: export.bytes.count)), self-test in \(SelfTest.folder(of: file))")
    }

    /// A line for every tenth of the work.
    private static func show(_ finished: Int, of total: Int) {
        guard finished * 10 / total > (finished - 1) * 10 / total else { return }
        StandardError.write("measuring 8 bits: \(finished * 100 / total) %")
    }

    private var imageSize: ModelGraph.ImageSize? {
        let sides = size?.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) } ?? []
        guard sides.count == 2, sides.allSatisfy((1...65535).contains) else { return nil }
        return ModelGraph.ImageSize(width: sides[0], height: sides[1])
    }

    /// The pretrained network and the card of a model, as bytes.
    private func dependencies(of model: Model, _ digest: Digest) throws -> (backbone: [UInt8]?, card: [UInt8]?) {
        let backbone = try model.backbone(name: model.name)
        guard try storeOptions.storeExists() else {
            guard backbone == nil else { throw ModelGraphError.backbone(model.name) }
            return (nil, nil)
        }
        let store = try storeOptions.open(.readOnly)
        if let backbone, try !store.contains(backbone) { throw ModelGraphError.backbone(model.name) }
        let card = try store.cards(of: digest).first?["card.json"]
        return (
            try backbone.map { try store.read($0) },
            try card.flatMap { try store.contains($0) ? store.read($0) : nil }
        )
    }
}
