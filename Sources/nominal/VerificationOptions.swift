import ArgumentParser

/// How far input files are trusted.
struct VerificationOptions: ParsableArguments {
    enum Verification: String, CaseIterable, ExpressibleByArgument { case content }

    @Option(
        help: ArgumentHelp(
            "content: read every input file again, instead of trusting size, times and inode.", valueName: "what"))
    var verify: Verification?

    var readsContent: Bool { verify == .content }
}
