import ArgumentParser
import ContentStore
import Foundation

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Reads every byte of the store and checks it.",
        discussion: """
            Every blob is hashed and compared with its name, the database is checked, and compared with the blobs. A damaged
            blob is moved to the folder damaged/ of the store and noted there; the next run that needs it makes it again.
            The exit code is 1 when something was damaged.

            Example:
              nominal verify
            """)

    @Option(help: "Threads. Default: the number of processors.")
    var threads: Int?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "No progress on standard error.")
    var quiet = false

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); expected 1 to 1024")
        }
    }

    func run() throws {
        try failing {
            let task = StoreTask(
                "hashing", isQuiet: quiet, stopped: "stopping: damaged blobs found so far are set aside")
            try storeOptions.requireStore()
            let store = try storeOptions.open()
            let report = try task.run { progress in
                try store.verify(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount) {
                    progress.proceeds($0, $1)
                }
            }
            for damage in report.damaged { StandardError.error("\(damage.sentence)") }
            for fault in report.faults { StandardError.error("\(fault)") }
            for stray in report.strays {
                StandardError.error("\(stray): no store has put this file here; remove it if you know it is of no use")
            }
            print(json ? Self.json(report) : Self.text(report))
            if !report.isSound { throw ExitCode(ExitStatus.taskFailed.rawValue) }
        }
    }

    private static func text(_ report: VerificationReport) -> String {
        let rate = ByteCount(bytes: Int(Double(report.sizeBytes) / max(report.durationSeconds, 1e-6)))
        var text =
            "checked \(report.blobs) blobs, \(ByteCount(bytes: report.sizeBytes)) in "
            + "\(ProgressDisplay.readable(report.durationSeconds)) (\(rate)/s): "
        text += report.isSound ? "all are whole" : "\(report.damaged.count) damaged"
        if report.faults.count + report.strays.count > 0 {
            text += ", \(report.faults.count + report.strays.count) other faults"
        }
        if report.absentBlobs > 0 {
            text += "\n\(report.absentBlobs) blobs of known results are not there; they are made again when needed"
        }
        return text
    }

    private static func json(_ report: VerificationReport) -> String {
        struct Findings: Encodable {
            let blobs, sizeBytes, absentBlobs: Int
            let durationSeconds: Double
            let damaged: [Digest]
            let strays, faults: [String]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let findings = Findings(
            blobs: report.blobs, sizeBytes: report.sizeBytes, absentBlobs: report.absentBlobs,
            durationSeconds: report.durationSeconds, damaged: report.damaged.map(\.digest), strays: report.strays,
            faults: report.faults)
        return String(decoding: (try? encoder.encode(findings)) ?? Data(), as: UTF8.self)
    }
}
