import ArgumentParser
import ContentStore
import Pipeline

struct DifferModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Says what two models were made from that is not the same.",
        discussion: """
            Goes back from the models to their sources and lists each parameter, version and image
            that differs, old -> new, under the stage that it belongs to.

            Example:
              nominal models diff wood@1 wood@2
            """)

    @Argument(help: "NAME@VERSION, NAME@production or NAME@latest.")
    var old: ModelArgument

    @Argument(help: "The model to compare it with.")
    var new: ModelArgument

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
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
                print("the store does not know how both were made: one of them was registered from a file")
            } else if difference.steps.isEmpty {
                print("nothing differs that the store knows of: they were made on different processors, for example")
            }
        }
    }
}
