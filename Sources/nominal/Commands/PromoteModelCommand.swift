import ArgumentParser
import ContentStore
import Foundation
import ModelRegistry

/// Who decides, and why: kept with the decision.
struct DecisionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who decides. Default: the user that runs this.", valueName: "name"))
    var by: String?

    @Option(help: ArgumentHelp("Why; kept in the history.", valueName: "text"))
    var reason = ""

    var decider: String { by ?? NSUserName() }
}

struct PromoteModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Puts a version of a model into production.",
        discussion: """
            From then on NAME and NAME@production mean this version. The decision stays in the
            history, which nominal models show prints. With --replacing, nothing happens unless
            that version is in production: what was compared with it may be overtaken.

            Examples:
              nominal models promote wood@2 --reason "finds the hairline cracks"
              nominal models promote wood@latest --replacing 1
            """)

    @Argument(help: "NAME@VERSION or NAME@latest.")
    var model: ModelArgument

    @Option(help: ArgumentHelp("Only if this version is in production; 0: none.", valueName: "version"))
    var replacing: Int?

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if model.reference.selector == .production {
            throw ValidationError(
                "\(model.reference) is in production already; say which version: \(model.reference.name)@latest, for example"
            )
        }
    }

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let (model, replaced) = try storeOptions.open().promote(
                model.reference, replacing: replacing, by: decision.decider, reason: decision.reason)
            guard replaced != model else { return print("\(model.reference) is in production already") }
            print("\(model.reference) is in production\(replaced.map { ", in place of version \($0.version)" } ?? "")")
        }
    }
}

struct RollBackModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Puts the model into production again that was there before the present one.",
        discussion: """
            Once more goes one more step back.

            Example:
              nominal models rollback wood --reason "too many false alarms"
            """)

    @Argument(help: "The name.")
    var name: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let (model, replaced) = try storeOptions.open().rollBack(
                name, by: decision.decider, reason: decision.reason)
            print("\(model.reference) is in production again, in place of version \(replaced.version)")
        }
    }
}

struct PinModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Keeps a version of a model from garbage collection.",
        discussion: """
            What is in production, and what a rollback would bring back, stays anyway. nominal unpin
            with the digest that is printed takes it back.

            Example:
              nominal models pin wood@2
            """)

    @Argument(help: "NAME@VERSION.")
    var model: ModelArgument

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open()
            let known = try store.model(model.reference)
            let subject = StoreSubject.blob(known.digest)
            print(try store.pin(subject) ? "pinned \(subject)" : "\(subject) is pinned already")
        }
    }
}
