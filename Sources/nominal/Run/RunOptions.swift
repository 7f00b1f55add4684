import ArgumentParser
import Console
import ContentStore
import Host
import Manifests
import Pipeline

/// Options for the share of the machine that a run may use.
struct MachineOptions: ParsableArguments {
    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: "Number of concurrent tasks. Default: the number of processors.")
    var jobs: Int?

    @Option(
        help: "Threads per training or scoring task; results do not depend on it. Default: the number of processors.")
    var threads: Int?

    /// The number of processors that this process may use. All runs on a store share them.
    var coreCount: Int { max(ProcessResources.current.processors, threadCount) }
    var jobCount: Int { jobs ?? ProcessResources.current.processors }
    var threadCount: Int { threads ?? ProcessResources.current.processors }

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is \(jobs); expected 1 to 1024") }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); expected 1 to 1024")
        }
    }
}

/// Options for progress and messages.
struct ReportingOptions: ParsableArguments {
    enum Progress: String, ExpressibleByArgument, CaseIterable {
        /// A redrawn block on a terminal; otherwise a line per finished task.
        case auto
        case json
        case none
    }

    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Flag(name: .shortAndLong, help: "Show no progress on standard error; same as --progress none.")
    var quiet = false

    @Option(
        help: ArgumentHelp(
            "Progress on standard error: auto, json or none.",
            discussion: "auto redraws a block on a terminal, and prints a line per finished task elsewhere."))
    var progress = Progress.auto

    @Option(help: "Notes, warnings and errors as text, or as json: one object per line with level and message.")
    var logFormat = LogFormat.text

    var isQuiet: Bool { quiet || progress == .none }

    var reporter: any RunReporter {
        progress == .json && !quiet ? JSONProgress() : ProgressDisplay(isQuiet: isQuiet)
    }

    func validate() throws {
        StandardError.setFormat(isJSON: logFormat == .json)
    }
}

/// The option to read input files again.
struct VerificationOptions: ParsableArguments {
    enum Verification: String, CaseIterable, ExpressibleByArgument { case content }

    @Option(
        help: ArgumentHelp(
            "content: read every input file again instead of trusting size, times and inode.", valueName: "what"))
    var verify: Verification?

    var readsContent: Bool { verify == .content }
}

/// The option for symbolic links in folders that the command line names.
struct LinkOptions: ParsableArguments {
    @Flag(help: "Follow symbolic links that lead out of the folder; otherwise they are errors.")
    var followLinks = false
}

/// The consent to programs that models and stored manifests hold.
struct ProgramOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Let detectors of the kind external run their programs, if you trust where they come from.",
            discussion: "Programs named by the manifest of the call need no consent."))
    var allowExternal = false
}

extension FailurePolicy {
    /// The policy of a manifest.
    init(_ section: ExecutionSection) {
        self.init(
            retries: Dictionary(
                section.retries.compactMap { name, count in FailureClass(rawValue: name).map { ($0, count) } }
            ) { first, _ in first },
            backOffSeconds: section.backOffSeconds, timeLimitSeconds: section.timeLimitSeconds,
            memoryLimitBytes: section.memoryLimitMiB.map { $0 << 20 })
    }
}
