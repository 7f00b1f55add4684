import ArgumentParser
import ContentStore

struct SaveModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Writes a registered model to a file, which needs no store.",
        discussion: """
            Examples:
              nominal models save wood@production wood.nominal
              nominal models save wood@3 /mnt/station-7/wood.nominal
            """)

    @Argument(help: "NAME, NAME@production, NAME@latest or NAME@VERSION.")
    var model: ModelArgument

    @Argument(help: "The file to write; one that is there is replaced.", completion: .file(extensions: ["nominal"]))
    var file: String

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            let found = try store.model(model.reference)
            try AtomicFile.write(try store.read(found.digest), to: file, onlyIfChanged: true)
            print("\(found.name)@\(found.version): \(file)")
        }
    }
}
