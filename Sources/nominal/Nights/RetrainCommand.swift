import AnomalyDetection
import ArgumentParser
import Audit
import Console
import ContentStore
import Foundation
import Host
import Jobs
import Manifests
import Retraining
import Stages
import Wording

struct RetrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrain",
        abstract: "Train on new images; promote the model unless worse.",
        discussion: """
            The manifest's section "retrain" names the folders of new images and the criteria for a worse model. New \
            images are screened for defects first. The first night trains on the base set alone. An interrupted night \
            resumes with the next call, which also includes the images of missed nights. Without new images, nothing \
            is done.

            The summary on standard output can be mailed as it is; the report with pictures is in \
            runs/NAME/nights/DATE.

            Exit codes: 0 a new model was promoted; 10 the model in production was kept; 1 a task failed (the next \
            night tries again); others as for all commands.

            Examples:
              nominal retrain jobs/nightly.json
              nominal retrain jobs/nightly.json --dry-run
              nominal retrain jobs/nightly.json --scratch
              nominal retrain jobs/nightly.json --check 2026-11-26
            """)

    @Argument(help: "The job manifest, with a section \"retrain\".", completion: .file(extensions: ["json"]))
    var manifest: String

    @OptionGroup var programs: ProgramOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    @Option(name: .shortAndLong, help: "Folder for the nights. Default: runs/NAME/nights.")
    var output: String?

    @Option(help: ArgumentHelp("The night's date. Default: today, in the local time zone.", valueName: "yyyy-mm-dd"))
    var date: String?

    @Option(help: ArgumentHelp("Who decides. Default: the current user.", valueName: "name"))
    var by: String?

    @Flag(help: "Show the new files; change nothing.")
    var dryRun = false

    @Flag(help: "Train from scratch on all images, for example after some were withdrawn.")
    var scratch = false

    @Flag(help: "Abandon an interrupted night and keep the model in production.")
    var abandon = false

    @Option(help: ArgumentHelp("Recompute this night and compare with the stored results.", valueName: "night"))
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

    /// The date of the night, which `validate` has checked.
    private var day: CalendarDay { CalendarDay(date ?? Timestamp.day())! }

    func run() throws {
        let bytes = try JobManifest.read(manifest)
        let job = try JobManifest.parse(bytes: bytes, file: manifest)
        let model = try NightImages.modelName(job)
        if dryRun { return try preview(job) }
        if abandon { return try abandonNight(model) }
        if check != nil { try storeOptions.requireStore() }
        let interruption = Interruption()
        var opened: (session: RunSession, lock: NamedLock)?
        let output = output ?? "runs/\(job.name)/nights"
        let images = try NightImages(job, now: HostClock.wallNanoseconds(), backbones: storeOptions.backbones) {
            paths in
            try ExportFolder.require(output, apartFrom: paths)
            // Not earlier: a missing folder must leave no store behind.
            let session = try RunSession(
                job, storeOptions, machine, keepGoing: false, reporting, subject: "retrain \(model)", interruption,
                output: output, checkedShare: check == nil ? 0 : 1, recipe: RunRecipe(.retrain), text: bytes)
            opened = (
                session, try session.store.lockNights(of: model, timeoutSeconds: storeOptions.lockTimeout)
            )
            return try session.digests(paths, verifyContent: verification.readsContent)
        }
        guard let (session, lock) = opened else { fatalError("the night never requested digests of its files") }
        defer { withExtendedLifetime(lock) {} }
        try session.allow(programs.allowExternal ? nil : images.program?.programs ?? [])
        tell(job, images)
        let night = NightSession(
            session: session, manifest: NightSession.kept(bytes, job), written: Digest.of(bytes), job: job,
            images: images, date: day, decider: by ?? NSUserName(), isForced: scratch, output: output)
        if let check { return try night.check(try session.store.night(check, of: model)) }
        let ended = try night.run { ended in
            print(try NightSummary(ended, session.store).text(report: night.folder(ended) + "/report.html"))
        }
        if ended.isEmpty {
            let production = try session.store.production(of: model).map { "; \($0.reference) stays in production" }
            print("\(model): nothing new\(production ?? ", and no model is in production")")
        }
        if ended.last?.state == .failed { throw ExitCode(ExitStatus.taskFailed.rawValue) }
        guard ended.contains(where: { $0.state == .promoted }) else { throw ExitCode(ExitStatus.kept.rawValue) }
    }

    /// Reports files and settings that this night does not use.
    private func tell(_ job: JobManifest, _ images: NightImages) {
        func note(_ files: [String], _ words: String) {
            guard !files.isEmpty else { return }
            StandardError.note("\(counted(files.count, "new file")) \(words): " + files.listed())
        }
        note(images.incomingFiles.unsettled, "written just now, left for the next night")
        note(
            images.incomingFiles.misdated,
            "with a modification time in the future; the time of the last change is used instead")
        for text in images.resultNotes { StandardError.note(text) }
        note(images.incomingFiles.unreadable, "unreadable, left for another night")
        for link in images.incomingFiles.refusedLinks { StandardError.note("skipped: \(link)") }
        for warning in images.maskWarnings { StandardError.warning(warning) }
        note(images.incomingFiles.ignored, "without the extension of an image format, skipped")
        if job.training.candidates > 1 {
            StandardError.note("a night uses the last checkpoint; training.candidates has no effect")
        }
        if !job.require.requirements.isEmpty {
            StandardError.note("a night has its own gate; \"require\" has no effect")
        }
        if job.execution.asksForOtherProcesses {
            StandardError.note(
                "a night runs its tasks in this process, without limits; \"execution.runner\" has no effect")
        }
    }

    /// Ends an open night without a new model. Reads no image, because unreadable images may be the reason to abandon
    /// it.
    private func abandonNight(_ model: String) throws {
        let store = try storeOptions.openExisting()
        let lock = try store.lockNights(of: model, timeoutSeconds: storeOptions.lockTimeout)
        defer { withExtendedLifetime(lock) {} }
        guard let open = try store.nights(of: model).last(where: { $0.state == .open }) else {
            return print("\(model): no night is open")
        }
        try store.end(
            open, .kept, challenger: nil, verdict: nil, by: by ?? NSUserName(), reason: "abandoned by the user")
        print("\(model): the night \(open.label) is abandoned; the next night sees its images as new")
    }

    /// Prints what a night would start with.
    private func preview(_ manifest: JobManifest) throws {
        let hasStore = try storeOptions.storeExists()
        let store = hasStore ? try storeOptions.open(.readOnly) : nil
        let images = try NightImages(manifest, now: HostClock.wallNanoseconds(), backbones: storeOptions.backbones) {
            try storeOptions.inputDigests(
                $0, store, threads: machine.threadCount, verifyContent: verification.readsContent)
        }
        let knowledge = try store.map { try Roll.Knowledge(of: images.model, $0) }
        let preview = NightPreview(images, knowledge, date: day)
        let production = try store?.production(of: images.model)
        tell(manifest, images)
        if let open = try store?.nights(of: images.model).last(where: { $0.state == .open }) {
            print("the night \(open.label), which was interrupted or is active, would be finished first")
        }
        print(
            "in production: \(production.map { "\($0.reference)" } ?? "no model; the first night trains one on the base set")"
        )
        if let store, let production, try store.contains(production.digest) {
            try RetrainingJob.requireSameNetwork(
                try Model(bytes: try store.read(production.digest), name: "\(production.reference)"),
                "\(production.reference)", images)
        }
        print("base set:      \(counted(preview.baseCount, "image")), \(preview.newBase.count) of them new")
        print("incoming:      \(counted(preview.incomingCount, "image")), \(preview.newIncoming.count) of them new")
        print(
            "not learned:   \(counted(preview.unlearnedCount, "image that is", "images that are")) known and admitted")
        if images.copyCount > 0 { print("exact copies:  \(images.copyCount), used once") }
        for file in preview.newBase + preview.newIncoming { print("  new: \(file)") }
    }
}
