import ArgumentParser
import Console
import ContentStore

struct PinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Protect results from garbage collection.",
        discussion: """
            Without arguments, lists the pinned results. A run protects all its results, a task its last result, an \
            exported file or a digest one blob. The inputs of a pinned result are not protected unless they are pinned \
            too.

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
        try storeOptions.requireStore()
        guard !things.isEmpty else {
            for pin in try storeOptions.openExisting(.readOnly).pins() { print(pin) }
            return
        }
        let store = try storeOptions.open()
        // All or none: resolve every name before the first is pinned.
        let subjects = try things.map { try store.subject($0) }
        for subject in subjects {
            print(try store.pin(subject) ? "pinned \(subject)" : "\(subject) is pinned already")
        }
    }
}

struct UnpinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin",
        abstract: "Release pinned results to garbage collection.",
        discussion: """
            Accepts the same names as nominal pin, and the lines that it lists.

            Example:
              nominal unpin 12
            """)

    @Argument(help: "Pinned results, as passed to or listed by nominal pin.")
    var things: [String]

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.openExisting()
        let subjects = try things.map { try store.subject($0) }
        var isComplete = true
        for subject in subjects {
            if try store.unpin(subject) {
                print("unpinned \(subject)")
            } else {
                StandardError.error("\(subject) is not pinned; nominal pin lists pinned results")
                isComplete = false
            }
        }
        if !isComplete { throw ExitCode(ExitStatus.inputMissing.rawValue) }
    }
}
