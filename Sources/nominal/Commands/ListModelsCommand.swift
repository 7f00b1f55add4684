import ArgumentParser
import ContentStore
import ModelRegistry

struct ListModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the registered models, and which are in production.",
        discussion: """
            Examples:
              nominal models
              nominal models list wood --json
            """)

    @Argument(help: "Only versions of this name.")
    var name: String?

    @Flag(help: "Print one JSON object for each model, a line each.")
    var json = false

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            let models = try store.models(of: name)
            let production = try Dictionary(grouping: models, by: \.name).compactMapValues { models in
                try store.promotions(of: models[0].name).last?.model.version
            }
            for model in models {
                let isInProduction = production[model.name] == model.version
                if json {
                    print(try ModelLine(model, isInProduction: isInProduction).json)
                } else {
                    let mark = isInProduction ? "  in production" : ""
                    print(
                        "\(model.reference)  \(Moment.text(model.registeredAt))  \(model.digest.short)\(mark)")
                }
            }
            if models.isEmpty {
                StandardError.write(
                    "no model\(name.map { " of the name \($0)" } ?? "") is registered in \(storeOptions.path); "
                        + "nominal models register FILE registers one")
            }
        }
    }
}

/// A model as a line of JSON.
private struct ModelLine: JSONLine {
    let name: String
    let version: Int
    let digest, registeredAt: String
    let inProduction: Bool

    init(_ model: RegisteredModel, isInProduction: Bool) {
        (name, version, digest) = (model.name, model.version, model.digest.hex)
        registeredAt = Moment.iso8601(model.registeredAt)
        inProduction = isInProduction
    }
}
