import ArgumentParser
import Console
import ContentStore
import Foundation
import ModelRegistry
import Stages

/// The options that are recorded with a decision.
struct DecisionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who decides. Default: the current user.", valueName: "name"))
    var by: String?

    @Option(help: ArgumentHelp("Reason, for the history.", valueName: "text"))
    var reason = ""

    var decider: String { by ?? NSUserName() }
}

struct PromoteModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Put a version of a model into production.",
        discussion: """
            NAME and NAME@production mean this version from now on. The decision is kept in the history, which nominal \
            models show prints. --replacing makes sure that the version that you compared with is still in production.

            Examples:
              nominal models promote wood@2 --reason "finds the hairline cracks"
              nominal models promote wood@latest --replacing 1
            """)

    @Argument(help: "NAME@VERSION or NAME@latest.", completion: .models)
    var model: ModelArgument

    @Option(help: ArgumentHelp("Promote only if this version is in production; 0: none.", valueName: "version"))
    var replacing: Int?

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if model.reference.selector == .production {
            throw ValidationError(
                "\(model.reference) is in production already; name a version, such as \(model.reference.name)@latest"
            )
        }
    }

    func run() throws {
        let (model, replaced) = try storeOptions.openExisting().promote(
            model.reference, replacing: replacing, by: decision.decider, reason: decision.reason)
        guard replaced != model else { return print("\(model.reference) is in production already") }
        print("\(model.reference) is in production\(replaced.map { ", in place of version \($0.version)" } ?? "")")
    }
}

struct RollBackModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Put the previous model back into production.",
        discussion: """
            Each further call goes one more step back.

            Example:
              nominal models rollback wood --reason "too many false alarms"
            """)

    @Argument(help: "The name of the model.", completion: .modelNames)
    var name: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let (model, replaced) = try storeOptions.openExisting().rollBack(
            name, by: decision.decider, reason: decision.reason)
        print("\(model.reference) is in production again, in place of version \(replaced.version)")
    }
}

struct ModelThresholdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threshold",
        abstract: "Set the threshold of a registered model.",
        discussion: """
            Applies to nominal score --model NAME@... and to the nights of NAME from now on. "calibrated" restores the \
            model's own threshold. The decision is kept in the history with user, time and reason. It applies to this \
            version only, because other versions have other score scales.

            Examples:
              nominal models threshold wood@3 0.0123 --reason "fewer false alarms at the saw"
              nominal models threshold wood@3 calibrated
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest or NAME@VERSION.", completion: .models)
    var model: ModelArgument

    @Argument(help: "A score, after -- if it is negative, or \"calibrated\" for the model's own threshold.")
    var value: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    private var threshold: Float? { Float(value).flatMap { ChosenThreshold($0, origin: "") }?.value }

    func validate() throws {
        guard value == "calibrated" || threshold != nil else {
            throw ValidationError("the threshold is \(value); expected a finite number, or calibrated")
        }
    }

    func run() throws {
        let store = try storeOptions.openExisting()
        // The decimal as given, not the nearest float32.
        let known = try store.setThreshold(
            of: model.reference, to: threshold.flatMap { Double("\($0)") }, by: decision.decider,
            reason: decision.reason)
        print("\(known.reference): the threshold is \(threshold.map { "\($0)" } ?? "the model's own") from now on")
    }
}

struct AnchorModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor",
        abstract: "Set the reference model for all nights.",
        discussion: """
            The gate of a night compares the new model with the one in production and with this anchor, so that small \
            losses of many nights cannot add up. The default anchor is the first promoted model of the name. It is \
            protected from garbage collection. A night in progress keeps the anchor that it started with.

            Examples:
              nominal models anchor wood@4 --reason "accepted after the audit"
              nominal models anchor wood
            """)

    @Argument(help: "NAME@VERSION to set it; NAME alone to show it.", completion: .models)
    var model: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard ModelReference(model) != nil else {
            throw ValidationError("\(model) is not the name of a model; expected NAME or NAME@VERSION")
        }
    }

    func run() throws {
        try storeOptions.requireStore()
        guard let reference = ModelReference(model) else { return }
        guard model.contains("@") else {
            let anchor = try storeOptions.open(.readOnly).anchor(of: reference.name)
            return print(
                anchor.map { "\($0.reference) is the anchor" }
                    ?? "\(reference.name) has no anchor: no model of this name was ever in production")
        }
        let known = try storeOptions.open().setAnchor(
            reference, by: decision.decider, reason: decision.reason)
        print("\(known.reference) is the anchor of the nights of \(known.name)")
    }
}

/// Text about decisions on registered models.
enum ModelDecisionText {
    static func line(_ decision: ModelDecision) -> String {
        let what =
            switch decision.kind {
            case .threshold(let value):
                "threshold of version \(decision.model.version) set to \(value.map { "\($0)" } ?? "its own")"
            case .anchor: "version \(decision.model.version) made the anchor"
            }
        let reason = decision.reason.isEmpty ? "" : ": \(decision.reason)"
        return "\(Timestamp.text(decision.decidedAt)) \(what), by \(decision.decidedBy)\(reason)"
    }

    /// Returns the threshold that a person set, with name, date and reason; nil if the model's own applies.
    static func threshold(_ model: RegisteredModel, _ store: ContentStore) throws -> String? {
        guard let decision = try store.threshold(of: model), case .threshold(let value?) = decision.kind else {
            return nil
        }
        let reason = decision.reason.isEmpty ? "" : ": \(decision.reason)"
        return "\(value), set by \(decision.decidedBy) on \(Timestamp.text(decision.decidedAt))\(reason)"
    }
}
