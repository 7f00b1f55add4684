import AnomalyDetection
import ArgumentParser
import Audit
import ContentStore
import Folders
import Foundation
import Host
import Manifests
import ModelRegistry
import Pipeline
import Stages

struct RetrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrain",
        abstract: "A night: screens the new normal images, trains on, and promotes the new model unless it is worse.",
        discussion: """
            The manifest's section "retrain" says where new images come in, and when
            a model counts as worse. The first night trains on the base set alone. A
            night that was interrupted goes on with the next call, and what came in
            on nights without a run is taken in then, so a missed night needs
            nothing. Where nothing is new, nothing is done.

            Exit codes: 0 a new model was promoted, 10 the model in production was
            kept, 1 a task failed (the next night tries again), others as for all
            commands. The summary on standard output is fit for a mail; the page
            with pictures is in runs/NAME/nights/DATE.

            Examples:
              nominal retrain jobs/nightly.json
              nominal retrain jobs/nightly.json --dry-run
              nominal retrain jobs/nightly.json --scratch
              nominal retrain jobs/nightly.json --check 2026-11-26
            """)

    @Argument(help: "The job manifest, with a section \"retrain\".", completion: .file(extensions: ["json"]))
    var manifest: String

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    @Option(name: .shortAndLong, help: "Folder for the nights. Default: runs/NAME/nights.")
    var output: String?

    @Option(help: ArgumentHelp("The night's date. Default: today, in the local time zone.", valueName: "yyyy-mm-dd"))
    var date: String?

    @Option(help: ArgumentHelp("Who decides. Default: the user that runs this.", valueName: "name"))
    var by: String?

    @Flag(help: "Show which files are new, and change nothing.")
    var dryRun = false

    @Flag(help: "Train from scratch on all images, whether or not any is new: after images were taken back, say.")
    var scratch = false

    @Flag(help: "Give up a night that was interrupted, and keep the model in production.")
    var abandon = false

    @Option(help: ArgumentHelp("Compute this night again and compare with what is stored.", valueName: "night"))
    var check: String?

    @OptionGroup var reporting: ReportingOptions
    @OptionGroup var verification: VerificationOptions

    func validate() throws {
        if let date, CalendarDay(date) == nil {
            throw ValidationError("--date is \(date); expected a day such as 2026-11-26")
        }
        guard [dryRun, abandon, scratch, check != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("--dry-run, --scratch, --abandon and --check exclude each other")
        }
    }

    /// Of the night; `validate` has looked at it.
    private var day: CalendarDay { CalendarDay(date ?? Moment.day())! }

    func run() throws {
        try failing {
            let bytes = try JobManifest.read(manifest)
            let job = try JobManifest.parse(bytes: bytes, file: manifest)
            let model = try NightImages.modelName(job)
            if dryRun { return try preview(job) }
            if abandon { return try giveUp(model) }
            if check != nil { try storeOptions.requireStore() }
            let interruption = Interruption()
            var opened: (session: RunSession, lock: NamedLock)?
            let output = output ?? "runs/\(job.name)/nights"
            let images = try NightImages(job, now: HostClock.wallNanoseconds()) { paths in
                try ExportFolder.require(output, apartFrom: paths)
                // Only now: folders that are not there leave no store behind.
                let session = try RunSession(
                    job, storeOptions, machine, keepGoing: false, reporting, subject: "retrain \(model)", interruption,
                    output: output, checkedShare: check == nil ? 0 : 1, recipe: RunRecipe(.retrain), text: bytes)
                opened = (
                    session, try session.store.lockNights(of: model, timeoutSeconds: storeOptions.lockTimeout)
                )
                return try session.digests(paths, verifyContent: verification.readsContent)
            }
            guard let (session, lock) = opened else { fatalError("a night did not ask for the digests of its files") }
            defer { withExtendedLifetime(lock) {} }
            tell(job, images)
            let shift = NightShift(
                session: session, manifest: NightShift.kept(bytes, job), written: Digest.of(bytes), job: job,
                images: images, date: day, decider: by ?? NSUserName(), isForced: scratch, output: output)
            if let check { return try shift.check(try session.store.night(check, of: model)) }
            let ended = try shift.run { night in
                print(try NightSummary(night, session.store).text(report: shift.folder(night) + "/report.html"))
            }
            if ended.isEmpty {
                let production = try session.store.production(of: model).map { "; \($0.reference) stays in production" }
                print("\(model): nothing new\(production ?? ", and no model is in production")")
            }
            if ended.last?.state == .failed { throw ExitCode(ExitStatus.taskFailed.rawValue) }
            guard ended.contains(where: { $0.state == .promoted }) else { throw ExitCode(ExitStatus.kept.rawValue) }
        }
    }

    /// What this night leaves out.
    private func tell(_ job: JobManifest, _ images: NightImages) {
        func note(_ files: [String], _ words: String) {
            guard !files.isEmpty else { return }
            StandardError.note(
                "\(files.count) of the new files \(words): " + files.prefix(3).joined(separator: ", ")
                    + (files.count > 3 ? ", ..." : ""))
        }
        note(images.unsettled, "have just been written and are left for the next night")
        note(
            images.misdated,
            "have a modification time in the future, which says nothing: when they were changed last counts instead")
        for text in images.resultNotes { StandardError.note(text) }
        note(images.unreadable, "cannot be read and are left for another night")
        for link in images.refusedLinks { StandardError.note("left out: \(link)") }
        for warning in images.maskWarnings { StandardError.warning(warning) }
        note(images.ignored, "are no PNG, TIFF or JPEG by their names and are left out")
        if job.training.candidates > 1 {
            StandardError.note("a night takes the last checkpoint: no training.candidates")
        }
        if !job.require.requirements.isEmpty {
            StandardError.note("a night has the gate, and does not heed \"require\"")
        }
        if job.execution.asksForOtherProcesses {
            StandardError.note(
                "a night runs its tasks in this process, without limits; \"execution.runner\" is for nominal run")
        }
    }

    /// Ends an open night without a new model. Needs no image: the way out must not depend on what is in the way.
    private func giveUp(_ model: String) throws {
        try storeOptions.requireStore()
        let store = try storeOptions.open()
        let lock = try store.lockNights(of: model)
        defer { withExtendedLifetime(lock) {} }
        guard let open = try store.nights(of: model).last(where: { $0.state == .open }) else {
            return print("\(model): no night is open")
        }
        try store.end(open, .kept, challenger: nil, verdict: nil, by: by ?? NSUserName(), reason: "given up")
        print("\(model): the night \(open.label) is given up; its images are new for the next one")
    }

    /// What a night would begin with.
    private func preview(_ manifest: JobManifest) throws {
        let hasStore = try AtomicFile.exists(storeOptions.path + "/store.sqlite")
        let store = hasStore ? try storeOptions.open(.readOnly) : nil
        let images = try NightImages(manifest, now: HostClock.wallNanoseconds()) { paths in
            if let store { return try store.sourceDigests(paths: paths, threads: machine.threadCount) }
            return try paths.map { try Digest.of(filePath: $0) }
        }
        let knowledge = try store.map { try Roll.Knowledge(of: images.model, $0) }
        let preview = NightPreview(images, knowledge, date: day)
        let production = try store?.production(of: images.model)
        tell(manifest, images)
        if let open = try store?.nights(of: images.model).last(where: { $0.state == .open }) {
            print("first comes to the end of the night \(open.label), which was interrupted or is under way")
        }
        print(
            "in production: \(production.map { "\($0.reference)" } ?? "no model; the first night trains one on the base set")"
        )
        if let store, let production, try store.contains(production.digest) {
            try RetrainingJob.requireSameNetwork(
                try Model(bytes: try store.read(production.digest), name: "\(production.reference)"),
                "\(production.reference)", images)
        }
        print("base set:      \(preview.baseCount) images, \(preview.newBase.count) of them new")
        print("incoming:      \(preview.incomingCount) images, \(preview.newIncoming.count) of them new")
        print("not learned:   \(preview.unlearnedCount) images that are known and admitted")
        if images.copyCount > 0 { print("exact copies:  \(images.copyCount), used once") }
        for file in preview.newBase + preview.newIncoming { print("  new: \(file)") }
    }
}
