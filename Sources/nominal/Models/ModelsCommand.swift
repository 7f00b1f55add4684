import ArgumentParser
import Console
import ContentStore
import Foundation
import ModelRegistry

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, register, promote and compare models.",
        discussion: """
            A name has versions, counted from 1, and one of them may be in production. NAME and NAME@production mean \
            that version, NAME@latest the newest, NAME@3 version 3.

            Examples:
              nominal models register runs/demo/models/wood.nominal
              nominal models promote wood@1 --reason "first model"
              nominal score --model wood@production incoming
              nominal models rollback wood
              nominal models threshold wood@1 0.0123 --reason "fewer false alarms"
            """,
        subcommands: [
            ListModelsCommand.self, ShowModelCommand.self, CardCommand.self, RegisterModelCommand.self,
            PromoteModelCommand.self,
            RollBackModelCommand.self, ModelThresholdCommand.self, AnchorModelCommand.self, PinModelCommand.self,
            DiffModelsCommand.self, SaveModelCommand.self, ExportModelCommand.self,
        ],
        defaultSubcommand: ListModelsCommand.self)
}

/// An argument that names a registered model.
struct ModelArgument: ExpressibleByArgument {
    let reference: ModelReference

    init?(argument: String) {
        guard let reference = ModelReference(argument) else { return nil }
        self.reference = reference
    }
}

struct ListModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the registered models.",
        discussion: """
            Examples:
              nominal models
              nominal models list wood --json
            """)

    @Argument(help: "List versions of this name only.", completion: .modelNames)
    var name: String?

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let models = try store.models(of: name)
        let production = try Dictionary(grouping: models, by: \.name).compactMapValues { models in
            try store.promotions(of: models[0].name).last?.model.version
        }
        for model in models {
            let isInProduction = production[model.name] == model.version
            if json {
                print(try ModelLine(model, isInProduction: isInProduction).jsonText())
            } else {
                let mark = isInProduction ? "  in production" : ""
                print(
                    "\(model.reference)  \(Timestamp.text(model.registeredAt))  \(model.digest.short)\(mark)")
            }
        }
        if models.isEmpty {
            StandardError.write(
                "no model\(name.map { " named \($0)" } ?? "") is registered in \(storeOptions.path); "
                    + "nominal models register FILE registers one")
        }
    }
}

/// The JSON form of a registered model.
private struct ModelLine: Encodable {
    let name: String
    let version: Int
    let digest, registeredAt: String
    let inProduction: Bool

    init(_ model: RegisteredModel, isInProduction: Bool) {
        (name, version, digest) = (model.name, model.version, model.digest.hex)
        registeredAt = Timestamp.iso8601(model.registeredAt)
        inProduction = isInProduction
    }
}

/// Prints a heading and a value in two columns.
func printRow(_ heading: String, _ value: String) {
    print(heading.padding(toLength: 12, withPad: " ", startingAt: 0) + value)
}
