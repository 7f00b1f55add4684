import AnomalyDetection
import ArgumentParser
import ContentStore
import Foundation
import ModelRegistry
import Stages

struct ModelThresholdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threshold",
        abstract: "Set the threshold of a registered model.",
        discussion: """
            From then on nominal score --model NAME@... and the nights of NAME judge scores by this model with it. The
            decision stays in the history with who, when and why; "calibrated" takes the model's own
            threshold again. It belongs to this version alone: scores of another are of another scale.

            Examples:
              nominal models threshold wood@3 0.0123 --reason "fewer false alarms at the saw"
              nominal models threshold wood@3 calibrated
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest or NAME@VERSION.")
    var model: ModelArgument

    @Argument(help: "A score above 0, or \"calibrated\" for the model's own threshold.")
    var value: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    private var threshold: Float? { Float(value).flatMap { ChosenThreshold($0, origin: "") }?.value }

    func validate() throws {
        guard value == "calibrated" || threshold != nil else {
            throw ValidationError("the threshold is \(value); expected a finite number above 0, or calibrated")
        }
    }

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open()
            // The decimal that was given, not the float32 nearest to it.
            let known = try store.setThreshold(
                of: model.reference, to: threshold.flatMap { Double("\($0)") }, by: decision.decider,
                reason: decision.reason)
            print("\(known.reference): the threshold is \(threshold.map { "\($0)" } ?? "the model's own") from now on")
        }
    }
}

struct AnchorModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor",
        abstract: "Set the model that all nights are compared with.",
        discussion: """
            The gate of a night compares the new model with the one in production, and with the anchor: small losses of many
            nights add up, and the anchor stays where it is. Without this command it is the first model of the name that was
            promoted. An anchor is kept from garbage collection. Nights that have begun keep theirs.

            Examples:
              nominal models anchor wood@4 --reason "accepted after the audit"
              nominal models anchor wood
            """)

    @Argument(help: "NAME@VERSION to set it; NAME alone to show it.")
    var model: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard ModelReference(model) != nil else {
            throw ValidationError("\(model) is not the name of a model; expected NAME or NAME@VERSION")
        }
    }

    func run() throws {
        try failing {
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
}
