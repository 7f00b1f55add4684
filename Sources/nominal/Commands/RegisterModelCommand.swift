import AnomalyDetection
import ArgumentParser
import ContentStore
import ModelRegistry

struct RegisterModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Gives a model a name and the next version of it.",
        discussion: """
            Without --name, the name is that of the category that the model was trained on. A
            model that has a version of the name already keeps it.

            Examples:
              nominal models register runs/demo/models/wood.nominal
              nominal models register line3.nominal --name line3
            """)

    @Argument(help: "The model file.", completion: .file(extensions: ["nominal"]))
    var file: String

    @Option(help: "The name.")
    var name: String?

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            let bytes = try AtomicFile.read(file, limitBytes: Model.maximumFileBytes)
            let model = try Model(bytes: bytes, name: file)
            let store = try storeOptions.open()
            let (registered, isNew) = try store.register(model: store.put(bytes: bytes), as: name ?? model.name)
            print("\(registered.reference)\(isNew ? "" : ", as before")")
        }
    }
}
