import ArgumentParser
import ContentStore

struct PinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Keeps results from garbage collection, or lists what is kept.",
        discussion: """
            Of a run, all its results stay; of a task, its last result; of a file that a run exported, or of a digest, that
            blob. What a pinned result was made from may still go, unless it is pinned as well.

            Examples:
              nominal pin runs/demo/models/wood.nominal
              nominal pin 12
              nominal pin
              nominal unpin 12
            """)

    @Argument(help: "The number of a run, the name of a task, an exported file, or the first digits of a digest.")
    var things: [String] = []

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            guard !things.isEmpty else {
                for pin in try storeOptions.open(.readOnly).pins() { print(pin) }
                return
            }
            let store = try storeOptions.open()
            // All of them or none: a name that is wrong shall not go unnoticed behind one that is right.
            let subjects = try things.map { try store.subject($0) }
            for subject in subjects {
                print(try store.pin(subject) ? "pinned \(subject)" : "\(subject) is pinned already")
            }
        }
    }
}

struct UnpinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin",
        abstract: "Gives pinned results back to garbage collection.",
        discussion: """
            Takes what `nominal pin` took, or what it lists.

            Example:
              nominal unpin 12
            """)

    @Argument(help: "What is pinned, as `nominal pin` takes or lists it.")
    var things: [String]

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open()
            let subjects = try things.map { try store.subject($0) }
            var isComplete = true
            for subject in subjects {
                if try store.unpin(subject) {
                    print("unpinned \(subject)")
                } else {
                    StandardError.error("\(subject) is not pinned; `nominal pin` lists what is")
                    isComplete = false
                }
            }
            if !isComplete { throw ExitCode(ExitStatus.inputMissing.rawValue) }
        }
    }
}
