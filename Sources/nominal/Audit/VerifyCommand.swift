import ArgumentParser
import Attestations
import Audit
import Console
import ContentStore
import Host

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the store, its history, attestations or exported models.",
        discussion: """
            Without options, hashes every blob, checks the database, and compares the two. Damaged blobs are moved to \
            the folder damaged/ of the store, and runs recompute them when needed; in a read-only store they stay. The \
            exit code is 1 if anything is damaged.

            --history checks the hash chain over runs, attempts, models and promotions, and lists every row that was \
            edited, removed, inserted or moved. Someone with write access to the store can rebuild the whole chain; to \
            detect that, pass an entry that was kept elsewhere with --through. Attestations have one too.

            --ledger checks nothing: it lists the faults that the store has noticed and handled, such as damaged blobs, \
            late attempts, and results that differed when they were recomputed.

            --attestation checks a file from nominal attest without a store; with --folder it also checks the results. \
            Files without attestation are errors, except those that runs write beside results (lineage.html, \
            timing.html, timing.json, exports.json, depends.mk, .nominal-results) and the attestation itself.

            --onnx gives each image of an exported model's self-test to the command of --with, as last arguments the \
            ONNX file and the image, and compares the JSON that it prints with the expected results. The exit code is \
            1 if they differ by more than 1e-5 of a score or 1e-4 of a map's range, or in a verdict.

            Examples:
              nominal verify
              nominal verify --ledger
              nominal verify --history --through 4711:9f2c...
              nominal verify --attestation run12.attestation.json --public-key line3.key.pub --folder runs/demo
              nominal verify --onnx wood.onnx --with "python3 packaging/onnx/runner.py"
            """)

    @Flag(help: "Check the history instead of the blobs.")
    var history = false

    @Flag(help: "List the faults that were noticed and handled, oldest first, instead of checking.")
    var ledger = false

    @Option(
        help: ArgumentHelp(
            "An entry that the history must contain; may be repeated.", valueName: "position:link"))
    var through: [String] = []

    @Option(help: ArgumentHelp("An attestation to check.", valueName: "file"))
    var attestation: String?

    @Option(help: ArgumentHelp("The public key of the signer.", valueName: "file"))
    var publicKey: String?

    @Option(help: ArgumentHelp("A folder of results to compare with the attestation.", valueName: "folder"))
    var folder: String?

    @Option(help: ArgumentHelp("An ONNX file from nominal models export to check.", valueName: "file"))
    var onnx: String?

    @Option(help: ArgumentHelp("The program that scores an image with the ONNX file.", valueName: "command"))
    var with: String?

    @Option(help: "Threads. Default: the number of processors.")
    var threads: Int?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress on standard error.")
    var quiet = false

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); expected 1 to 1024")
        }
        if (attestation == nil) != (publicKey == nil) {
            throw ValidationError("--attestation and --public-key must be used together: the signer must be known")
        }
        if (onnx == nil) != (with == nil) {
            throw ValidationError("--onnx and --with must be used together: a file, and the program that runs it")
        }
        if onnx != nil && (history || attestation != nil) {
            throw ValidationError("--onnx checks an exported model alone; remove --history and --attestation")
        }
        if ledger && (history || attestation != nil || onnx != nil) {
            throw ValidationError("--ledger checks nothing; remove --history, --attestation and --onnx")
        }
        if folder != nil && attestation == nil { throw ValidationError("--folder needs --attestation") }
        if !through.isEmpty && !history { throw ValidationError("--through needs --history") }
        if let wrong = through.first(where: { HistoryHead($0) == nil }) {
            throw ValidationError("--through is \(wrong); expected POSITION:LINK as nominal verify --history prints it")
        }
    }

    func run() throws {
        if let onnx, let with { return try checkExport(onnx, with) }
        if history || attestation != nil { return try audit() }
        if ledger { return try listFaults() }
        let task = try StoreOperation(
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
            StandardError.error("\(stray): unexpected file in the store; remove it if you do not need it")
        }
        print(json ? try Self.json(report) : Self.text(report))
        if !report.isSound { throw ExitCode(ExitStatus.taskFailed.rawValue) }
    }

    /// Opens the store, read-only if it cannot be written.
    private func open() throws -> ContentStore {
        do {
            return try storeOptions.open()
        } catch let error as StoreError where error.isRefusalToWrite {
            StandardError.note("\(storeOptions.path) is not writable: damaged blobs stay where they are")
            return try storeOptions.open(.readOnly)
        }
    }

    private func audit() throws {
        let attested = try attestation.map(checkAttestation)
        let findings = AuditFindings(
            attestation: attested, history: history ? try checkHistory(attested?.statement.history) : nil)
        findings.report()
        print(json ? try findings.jsonText(isIndented: true) : findings.text)
        if !findings.isSound { throw ExitCode(ExitStatus.taskFailed.rawValue) }
    }

    private func listFaults() throws {
        let entries = try storeOptions.openExisting(.readOnly).ledger().map(LedgerLine.init)
        if entries.isEmpty, !quiet { StandardError.write("no fault has been noticed in \(storeOptions.path)") }
        for entry in entries { print(json ? try entry.jsonText() : entry.text) }
    }

    private static func text(_ report: VerificationReport) -> String {
        let rate = ByteCount(bytes: Int(Double(report.sizeBytes) / max(report.durationSeconds, 1e-6)))
        var text =
            "checked \(report.blobs) blobs, \(ByteCount(bytes: report.sizeBytes)) in "
            + "\(ProgressDisplay.readable(report.durationSeconds)) (\(rate)/s): "
        text += report.isSound ? "all are intact" : "\(report.damaged.count) damaged"
        if report.faults.count + report.strays.count > 0 {
            text += ", \(report.faults.count + report.strays.count) other faults"
        }
        if report.absentBlobs > 0 {
            text += "\n\(report.absentBlobs) blobs of known results are missing; they are recomputed when needed"
        }
        return text
    }

    private static func json(_ report: VerificationReport) throws -> String {
        struct Findings: Encodable {
            let blobs, sizeBytes, absentBlobs: Int
            let durationSeconds: Double
            let damaged: [Digest]
            let strays, faults: [String]
        }
        return try Findings(
            blobs: report.blobs, sizeBytes: report.sizeBytes, absentBlobs: report.absentBlobs,
            durationSeconds: report.durationSeconds, damaged: report.damaged.map(\.digest), strays: report.strays,
            faults: report.faults
        ).jsonText(isIndented: true)
    }

    private func checkAttestation(_ file: String) throws -> AttestationFindings {
        let key = try VerificationKey(path: publicKey ?? "")
        let envelope = try SignedEnvelope(
            json: try AtomicFile.read(file, limitBytes: SignedEnvelope.sizeLimit), name: file)
        let statement = try VerifiedStatement(envelope, by: key, name: file)
        guard let folder else { return AttestationFindings(file, key, statement) }
        guard try AtomicFile.isFolder(folder) else {
            throw LineageError.noFolder(path: folder)
        }
        return AttestationFindings(
            file, key, statement, folder: folder, try statement.findings(in: folder, besides: file))
    }

    private func checkHistory(_ attested: HistoryHead?) throws -> HistoryFindings {
        let store = try storeOptions.openExisting(.readOnly)
        let report = try store.verifyHistory(
            through: through.compactMap(HistoryHead.init) + (attested.map { [$0] } ?? []))
        if attestation != nil, attested == nil {
            StandardError.note("the attestation has no entry of the history to compare with")
        }
        return HistoryFindings(store: store.path, report)
    }
}

/// A fault that the store has noticed and handled.
private struct LedgerLine: Encodable {
    let recordedAt, kind, digest, fault: String
    let text: String

    private enum CodingKeys: CodingKey { case recordedAt, kind, digest, fault }

    init(_ entry: LedgerEntry) {
        (recordedAt, kind) = (Timestamp.iso8601(entry.recordedAt), entry.kind)
        (digest, fault) = (entry.digest.hex, entry.text)
        text = "\(Timestamp.text(entry.recordedAt))  \(entry.kind)  \(entry.digest.short)  \(entry.text)"
    }
}
