import ArgumentParser
import ContentStore
import ModelRegistry

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Models under names: lists, registers, promotes and compares them.",
        discussion: """
            A name has versions, counted from 1, and one of them is in production. Wherever a
            model is asked for, NAME or NAME@production means that one, NAME@latest the newest
            version, NAME@3 version 3.

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
            DifferModelsCommand.self, SaveModelCommand.self,
        ],
        defaultSubcommand: ListModelsCommand.self)
}

/// A registered model as an argument.
struct ModelArgument: ExpressibleByArgument {
    let reference: ModelReference

    init?(argument: String) {
        guard let reference = ModelReference(argument) else { return nil }
        self.reference = reference
    }
}
