import ArgumentParser
import ContentStore
import Foundation
import Manifests
import Pipeline
import Stages

struct RetrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrain",
        abstract: "A night: screens the new normal images, trains on, and promotes the new model unless it is worse.",
        discussion: """
            The manifest's section "retrain" says where new images come in, and when a model counts
            as worse. The first night trains a model on the base set alone. A night that was
            interrupted goes on with the next call, and what came in on nights without a run is
            taken in then, so a missed night needs nothing. Where nothing is new, nothing is done.

            Exit codes: 0 a new model was promoted, 10 the model in production was kept, 1 a task
            failed (the next night tries again), others as for all commands. The summary on standard output is fit for a mail; the page with
            pictures is in runs/NAME/nights/DATE.

            Examples:
              nominal retrain jobs/nightly.json
              nominal retrain jobs/nightly.json --dry-run
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

    @Flag(help: "Show what is new and what would be trained on, and change nothing.")
    var dryRun = false

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
        guard [dryRun, abandon, check != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("--dry-run, --abandon and --check exclude each other")
        }
    }

    func run() throws {
        try failing {
            let manifest = try JobManifest.load(path: manifest)
            let model = try NightImages.modelName(manifest)
            if dryRun { return try preview(manifest) }
            if check != nil || abandon { try storeOptions.requireStore() }
            let interruption = Interruption()
            var opened: (session: RunSession, lock: NightLock)?
            let images = try NightImages(manifest) { paths in
                // Only now: folders that are not there leave no store behind.
                let session = try RunSession(
                    storeOptions, machine, keepGoing: false, reporting, subject: "retrain \(model)", interruption,
                    policy: FailurePolicy(manifest.execution), checkedShare: check == nil ? 0 : 1)
                opened = (session, try session.store.lockNights(of: model))
                return try session.digests(paths, verifyContent: verification.readsContent)
            }
            guard let (session, lock) = opened else { fatalError("a night did not ask for the digests of its files") }
            defer { withExtendedLifetime(lock) {} }
            let shift = NightShift(
                session: session, images: images, date: date ?? Moment.day(), decider: by ?? NSUserName(),
                output: output ?? "runs/\(manifest.name)/nights")
            if let check { return try shift.check(try night(check, of: model, session.store)) }
            if abandon {
                let night = try shift.abandon()
                return print(night.map { "\(model): the night \($0.label) is given up" } ?? "\(model): no night is open")
            }
            let ended = try shift.run()
            for night in ended {
                print(try NightSummary(night, session.store).text(report: shift.folder(night) + "/report.html"))
            }
            if ended.isEmpty {
                let production = try session.store.production(of: model).map { "; \($0.reference) stays in production" }
                print("\(model): nothing new\(production ?? "")")
            }
            switch ended.last?.state {
            case .promoted: break
            case .failed: throw ExitCode(ExitStatus.taskFailed.rawValue)
            case .kept, .open, nil: throw ExitCode(ExitStatus.kept.rawValue)
            }
        }
    }

    private func night(_ label: String, of model: String, _ store: ContentStore) throws -> Night {
        let nights = try store.nights(of: model)
        guard let night = nights.first(where: { $0.label == label }) else {
            throw StoreError.unknownSubject(
                text: label,
                reason: nights.isEmpty
                    ? "\(model) has no nights yet"
                    : "the nights of \(model) are \(nights.map(\.label).joined(separator: ", "))")
        }
        return night
    }

    /// What a night would begin with.
    private func preview(_ manifest: JobManifest) throws {
        let hasStore = FileManager.default.fileExists(atPath: storeOptions.path + "/store.sqlite")
        let store = hasStore ? try storeOptions.open(.readOnly) : nil
        let images = try NightImages(manifest) { paths in
            if let store { return try store.sourceDigests(paths: paths, threads: machine.threadCount) }
            return try paths.map { try Digest.of(filePath: $0) }
        }
        let known = try store?.arrivals(of: images.model) ?? []
        let preview = NightPreview(images, known: known)
        let production = try store?.production(of: images.model)
        if let open = try store?.nights(of: images.model).last(where: { $0.state == .open }) {
            print("goes on with the night \(open.label), which was interrupted")
        }
        print("in production: \(production.map { "\($0.reference)" } ?? "no model; the first night trains one on the base set")")
        print("base set:      \(preview.baseCount) images, \(preview.newBase.count) of them new")
        print("incoming:      \(preview.incomingCount) images, \(preview.newIncoming.count) of them new")
        if images.copyCount > 0 { print("exact copies:  \(images.copyCount), used once") }
        for file in preview.newBase + preview.newIncoming { print("  new: \(file)") }
    }
}
