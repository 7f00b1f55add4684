import AnomalyDetection
import ArgumentParser
import Console
import ContentStore
import ModelRegistry
import Pipeline

struct ShowModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a model, its threshold and its history.",
        discussion: """
            Examples:
              nominal models show wood@production
              nominal models show wood@2
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest or NAME@VERSION.", completion: .models)
    var model: ModelArgument

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let known = try store.model(model.reference)
        let network = try Model(bytes: try store.read(known.digest), name: "\(known.reference)")
        let promotions = try store.promotions(of: known.name)
        printRow("model", "\(known.reference)\(promotions.last?.model == known ? ", in production" : "")")
        printRow("digest", known.digest.hex)
        printRow("registered", Timestamp.text(known.registeredAt))
        printRow("trained on", network.name)
        if let maker = try store.maker(of: known.digest) { printRow("made by", maker.task) }
        let facts = try network.detectorFacts(name: "\(known.reference)").map { "\($0.label.lowercased()) \($0.value)" }
        printRow("detector", ([network.kind] + facts).joined(separator: ", "))
        let grid = network.grid
        let tiles = grid.tileWidth < grid.width || grid.tileHeight < grid.height
        printRow(
            "images",
            "\(grid.width) x \(grid.height)\(tiles ? " in tiles of \(grid.tileWidth) x \(grid.tileHeight)" : "")")
        if let range = network.range { printRow("samples", range.words) }
        if let colour = network.colour { printRow("colours", colour.rawValue) }
        if let frame = network.frame { printRow("frame", frame.words) }
        if let region = network.region { printRow("region", region.kind.words) }
        let scoring = network.scoring
        printRow(
            "scores",
            "\(scoring.imageScore.rawValue) of maps: \(scoring.normalization.rawValue), box \(scoring.boxSize), "
                + "scales \(scoring.scales), levels \(scoring.levels)")
        let calibration = network.calibration
        printRow(
            "threshold",
            (calibration.chosenThreshold.map { "\($0), set in the manifest; calibration gives " } ?? "")
                + "\(calibration.estimatedThreshold), "
                + (calibration.balance?.words
                    ?? "\(calibration.estimate.rawValue), for \(calibration.quantile) of normal images")
                + ", from \(calibration.images) held-out images")
        if let words = try ModelDecisionText.threshold(known, store) { printRow("in force", words) }
        printRow(
            "regions",
            "pixels of maps from \(network.pixelThreshold)" + (network.pixelSize.map { ", of \($0) mm" } ?? ""))
        if try store.anchor(of: known.name) == known { printRow("anchor", "of the nights of \(known.name)") }
        for promotion in promotions where promotion.model == known || promotion.replaced == known.version {
            printRow("history", Self.text(promotion))
        }
        for decision in try store.decisions(of: known.name) where decision.model == known {
            printRow("history", ModelDecisionText.line(decision))
        }
    }

    private static func text(_ promotion: Promotion) -> String {
        let verb = promotion.kind == .promoted ? "promoted" : "brought back"
        let former = promotion.replaced.map { ", in place of version \($0)" } ?? ""
        let reason = promotion.reason.isEmpty ? "" : ": \(promotion.reason)"
        return "\(Timestamp.text(promotion.decidedAt)) version \(promotion.model.version) \(verb)\(former), by "
            + "\(promotion.decidedBy)\(reason)"
    }
}

struct CardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Print the card of a model: origin, quality, limits.",
        discussion: """
            Looks up the card that was made for exactly this model. Runs also export it beside the model.

            Examples:
              nominal models card wood@production
              nominal models card wood@2 --json
              nominal models card runs/demo/models/wood.nominal
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest, NAME@VERSION, or a model file.", completion: .models)
    var model: String

    @Flag(help: "Print JSON with all digits (schemas/card.schema.json).")
    var json = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let (digest, name, registered) = try find(store)
        let cards = try store.cards(of: digest)
        guard let card = cards.first?[json ? "card.json" : "card.md"] else {
            throw RegistryError.unknownCard(
                model: name,
                reason:
                    "no task in this store made a card for it: the model is from another store or an earlier version of "
                    + "nominal; run its job again (nothing is trained again), or add the card with nominal import")
        }
        guard try store.contains(card) else {
            throw RegistryError.unknownCard(
                model: name, reason: "it was garbage-collected; run the job of the model again")
        }
        if cards.count > 1 {
            StandardError.note(
                "there are \(cards.count) cards of this model; this is the most recently used")
        }
        print(String(decoding: try store.read(card), as: UTF8.self), terminator: "")
        // A card describes the file; a threshold belongs to the registered name and may be set later.
        guard let registered, let words = try ModelDecisionText.threshold(registered, store) else { return }
        if json {
            StandardError.note("\(registered.reference): the threshold in force is \(words)")
        } else {
            print("\n## Threshold in force\n\n\(registered.reference) is used with the threshold \(words)")
        }
    }

    /// Returns the digest of the model, its name, and its registration if it has one.
    private func find(_ store: ContentStore) throws -> (Digest, String, RegisteredModel?) {
        if try AtomicFile.exists(model) { return (try Digest.of(filePath: model), model, nil) }
        guard let reference = ModelReference(model) else {
            StandardError.error(
                "\(model): neither a model file nor the name of a registered model; nominal models lists these"
            )
            throw ExitCode(ExitStatus.inputMissing.rawValue)
        }
        let known = try store.model(reference)
        return (known.digest, "\(known.reference)", known)
    }
}

struct DiffModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare what two models were made from.",
        discussion: """
            Lists the parameters, versions and images that differ, old -> new, by stage.

            Example:
              nominal models diff wood@1 wood@2
            """)

    @Argument(help: "NAME@VERSION, NAME@production or NAME@latest.", completion: .models)
    var old: ModelArgument

    @Argument(help: "The model to compare it with.")
    var new: ModelArgument

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let (left, right) = (try store.model(old.reference), try store.model(new.reference))
        guard left.digest != right.digest else {
            return print("\(left.reference) and \(right.reference) are the same")
        }
        let difference = try ProductDifference(left.digest, right.digest, store: store)
        for step in difference.steps {
            print(step.stage)
            for part in step.differences { print("    \(part)") }
        }
        if !difference.isComplete {
            print("one of the models was registered from a file, so the store does not know how it was made")
        } else if difference.steps.isEmpty {
            print("no recorded difference; the models may have been made on different processors")
        }
    }
}
