import ArgumentParser

/// Hands a parser over to libFuzzer. Started by `fuzz run --guided`.
struct GuideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "guide", shouldDisplay: false)

    @Argument var parser: String
    @Argument var folder: String
    @Argument(parsing: .captureForPassthrough) var options: [String] = []

    func run() throws {
        #if GUIDED
            try LibFuzzer.run(FuzzedParser.named(parser), folder: folder, options: options)
        #else
            throw FuzzError.notGuided
        #endif
    }
}
