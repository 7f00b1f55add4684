import ArgumentParser
import Audit
import Attestations
import ContentStore
import Folders
import Foundation
import Host
import Stages

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Reads every byte of the store and checks it; or its history, or an attestation.",
        discussion: """
            Every blob is hashed and compared with its name, the database is checked, and compared with the blobs. A damaged
            blob is moved to the folder damaged/ of the store and noted there; the next run that needs it makes it again. In a
            store that cannot be written to it stays where it is. The exit code is 1 when something was damaged.

            --history follows the chain of the history of runs, attempts, models and promotions instead, and names every row
            that was edited, removed, put in or moved. Whoever can write to the store can write the whole chain anew; that is
            found where an entry was kept elsewhere: --through takes one, and an attestation holds one.

            --attestation checks what nominal attest has signed, without a store, and with --folder the files that it names. A file in
            the folder that is not attested is a fault as well, but for those that runs write beside results (lineage.html,
            timing.html, timing.json, exports.json, depends.mk), which are named, and the attestation itself.

            Examples:
              nominal verify
              nominal verify --history --through 4711:9f2c...
              nominal verify --attestation run12.attestation.json --public-key line3.key.pub --folder runs/demo
            """)

    @Flag(help: "Check the history of runs and promotions, and not the blobs.")
    var history = false

    @Option(
        help: ArgumentHelp(
            "An entry that the history has to lead through; may be repeated.", valueName: "position:link"))
    var through: [String] = []

    @Option(help: ArgumentHelp("An attestation to check.", valueName: "file"))
    var attestation: String?

    @Option(help: ArgumentHelp("The public key of who signed the attestation.", valueName: "file"))
    var publicKey: String?

    @Option(help: ArgumentHelp("A folder of results to compare with the attestation.", valueName: "folder"))
    var folder: String?

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
        if (attestation == nil) != (publicKey == nil) {
            throw ValidationError("--attestation and --public-key go together: who signed has to be known")
        }
        if folder != nil && attestation == nil { throw ValidationError("--folder is for --attestation") }
        if !through.isEmpty && !history { throw ValidationError("--through is for --history") }
        if let wrong = through.first(where: { HistoryHead($0) == nil }) {
            throw ValidationError("--through is \(wrong); expected POSITION:LINK as nominal verify --history prints it")
        }
    }

    func run() throws {
        try failing {
            if history || attestation != nil { return try audit() }
            let task = try StoreTask(
                "hashing", isQuiet: quiet, stopped: "stopping: damaged blobs found so far are set aside")
            try storeOptions.requireStore()
            let store = try open()
            let report = try task.run { progress in
                try store.verify(threads: threads ?? ProcessResources.current.processors) {
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

    /// Where nothing can be written, what is damaged can be found all the same.
    private func open() throws -> ContentStore {
        do {
            return try storeOptions.open()
        } catch let error as StoreError where error.isRefusalToWrite {
            StandardError.note("\(storeOptions.path) cannot be written to: what is damaged stays where it is")
            return try storeOptions.open(.readOnly)
        }
    }

    private func audit() throws {
        let attested = try attestation.map(checkAttestation)
        let findings = AuditFindings(
            attestation: attested, history: history ? try checkHistory(attested?.statement.history) : nil)
        findings.complain()
        print(json ? try findings.json() : findings.text)
        if !findings.isSound { throw ExitCode(ExitStatus.taskFailed.rawValue) }
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

    private func checkAttestation(_ file: String) throws -> AttestationFindings {
        let key = try VerificationKey(pem: try AtomicFile.read(publicKey ?? ""), name: publicKey ?? "")
        let envelope = try SignedEnvelope(json: try AtomicFile.read(file), name: file)
        let statement = try VerifiedStatement(envelope, by: key, name: file)
        guard let folder else { return AttestationFindings(file, key, statement) }
        guard try AtomicFile.isFolder(folder) else {
            throw LineageError.noFolder(path: folder)
        }
        return AttestationFindings(
            file, key, statement, folder: folder, try statement.findings(in: folder, besides: file))
    }

    private func checkHistory(_ attested: HistoryHead?) throws -> HistoryFindings {
        try storeOptions.requireStore()
        let store = try storeOptions.open(.readOnly)
        let report = try store.verifyHistory(
            through: through.compactMap(HistoryHead.init) + (attested.map { [$0] } ?? []))
        if attestation != nil, attested == nil {
            StandardError.note("the attestation holds no entry of the history to go by")
        }
        return HistoryFindings(store: store.path, report)
    }
}
