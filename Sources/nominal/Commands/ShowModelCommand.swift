import AnomalyDetection
import ArgumentParser
import ContentStore
import ModelRegistry

struct ShowModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a model: what it is, how its scores are judged, and when it was in production.",
        discussion: """
            Examples:
              nominal models show wood@production
              nominal models show wood@2
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest or NAME@VERSION.")
    var model: ModelArgument

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            let known = try store.model(model.reference)
            let network = try Model(bytes: try store.read(known.digest), name: "\(known.reference)")
            let promotions = try store.promotions(of: known.name)
            row("model", "\(known.reference)\(promotions.last?.model == known ? ", in production" : "")")
            row("digest", known.digest.hex)
            row("registered", Moment.text(known.registeredAt))
            row("trained on", network.name)
            if let maker = try store.maker(of: known.digest) { row("made by", maker.task) }
            row(
                "network",
                "\(network.architecture.rawValue), width \(network.baseWidth), \(network.parameters.count) parameters")
            let grid = network.grid
            let tiles = grid.tileWidth < grid.width || grid.tileHeight < grid.height
            row(
                "images",
                "\(grid.width) x \(grid.height)\(tiles ? " in tiles of \(grid.tileWidth) x \(grid.tileHeight)" : "")")
            if let range = network.range { row("samples", range.words) }
            let scoring = network.scoring
            row(
                "scores",
                "\(scoring.imageScore.rawValue) of maps: \(scoring.normalization.rawValue), box \(scoring.boxSize), "
                    + "scales \(scoring.scales), levels \(scoring.levels)")
            let calibration = network.calibration
            row(
                "threshold",
                (calibration.chosenThreshold.map { "\($0), set in the manifest; calibration gives " } ?? "")
                    + "\(calibration.estimatedThreshold), \(calibration.estimate.rawValue), for \(calibration.quantile) of normal images, from "
                    + "\(calibration.images) held-out images")
            if let words = try ModelDecisionText.threshold(known, store) { row("in force", words) }
            if try store.anchor(of: known.name) == known { row("anchor", "of the nights of \(known.name)") }
            for promotion in promotions where promotion.model == known || promotion.replaced == known.version {
                row("history", Self.text(promotion))
            }
            for decision in try store.decisions(of: known.name) where decision.model == known {
                row("history", ModelDecisionText.line(decision))
            }
        }
    }

    private func row(_ heading: String, _ value: String) {
        print(heading.padding(toLength: 12, withPad: " ", startingAt: 0) + value)
    }

    private static func text(_ promotion: Promotion) -> String {
        let verb = promotion.kind == .promoted ? "promoted" : "brought back"
        let former = promotion.replaced.map { ", in place of version \($0)" } ?? ""
        let reason = promotion.reason.isEmpty ? "" : ": \(promotion.reason)"
        return "\(Moment.text(promotion.decidedAt)) version \(promotion.model.version) \(verb)\(former), by "
            + "\(promotion.decidedBy)\(reason)"
    }
}
