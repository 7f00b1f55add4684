import ArgumentParser

/// What a command says while it runs, and how.
struct ReportingOptions: ParsableArguments {
    enum Progress: String, ExpressibleByArgument, CaseIterable {
        /// A block that is redrawn on a terminal, elsewhere a line for each finished task.
        case auto
        case json
        case none
    }

    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Flag(name: .shortAndLong, help: "No progress on standard error; the same as --progress none.")
    var quiet = false

    @Option(
        help: ArgumentHelp(
            "How to show progress on standard error: auto, json or none.",
            discussion: "auto is a block that is redrawn on a terminal, and a line for each finished task elsewhere."))
    var progress = Progress.auto

    @Option(help: "Notes, warnings and errors as text, or as json: an object a line, with level and message.")
    var logFormat = LogFormat.text

    var isQuiet: Bool { quiet || progress == .none }

    var reporter: any RunReporter {
        progress == .json && !quiet ? JSONProgress() : ProgressDisplay(isQuiet: isQuiet)
    }

    func validate() throws {
        StandardError.isJSON.store(logFormat == .json, ordering: .relaxed)
    }
}
