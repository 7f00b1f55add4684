import AnomalyDetection
import ArgumentParser
import Console
import ContentStore

struct RegisterModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Register a model file as the next version.",
        discussion: """
            The default name is the category that the model was trained on. A model that is already registered under \
            the name keeps its version.

            Examples:
              nominal models register runs/demo/models/wood.nominal
              nominal models register line3.nominal --name line3
            """)

    @Argument(help: "The model file.", completion: .file(extensions: ["nominal"]))
    var file: String

    @Option(help: "The name. Default: the category of the model.")
    var name: String?

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let bytes = try AtomicFile.read(file, limitBytes: Model.maximumFileBytes)
        let model = try Model(bytes: bytes, name: file)
        let store = try storeOptions.open()
        let (registered, isNew) = try store.register(model: store.put(bytes: bytes), as: name ?? model.name)
        print("\(registered.reference)\(isNew ? "" : ", as before")")
    }
}

struct SaveModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Write a registered model to a file.",
        discussion: """
            Examples:
              nominal models save wood@production wood.nominal
              nominal models save wood@3 /mnt/station-7/wood.nominal
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest or NAME@VERSION.", completion: .models)
    var model: ModelArgument

    @Argument(help: "The file to write; an existing file is replaced.", completion: .file(extensions: ["nominal"]))
    var file: String

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let found = try store.model(model.reference)
        try AtomicFile.write(try store.read(found.digest), to: file, onlyIfChanged: true)
        print("\(found.name)@\(found.version): \(file)")
    }
}

struct PinModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Protect a version of a model from garbage collection.",
        discussion: """
            The version in production and the one before it are protected anyway. To release a pinned version, pass \
            the printed digest to nominal unpin.

            Example:
              nominal models pin wood@2
            """)

    @Argument(help: "NAME@VERSION.", completion: .models)
    var model: ModelArgument

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting()
        let known = try store.model(model.reference)
        let subject = StoreSubject.blob(known.digest)
        print(try store.pin(subject) ? "pinned \(subject)" : "\(subject) is pinned already")
    }
}
