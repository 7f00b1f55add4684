import ArgumentParser
import Audit
import Console
import ContentStore
import Folders
import Glibc
import Pipeline
import Privacy
import Wording

struct ReproduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Recompute a result and compare every step.",
        discussion: """
            THING is a run, a model, a map or a row of scores, as for nominal lineage. Recomputes it in a new store. \
            Uses the manifest as it was during the run, and the images at their original paths. On the same \
            instruction set every digest must be equal. On another one rounding differs; the largest deviations of \
            scores and metrics are printed with the tolerance. The exit code is 1 if a deviation exceeds it, or if \
            anything else differs.

            Examples:
              nominal reproduce 12 --manifest jobs/demo.json
              nominal reproduce runs/demo/models/wood.nominal --manifest jobs/demo.json
              nominal reproduce runs/demo/scores.csv:7 --manifest jobs/demo.json --threads 8
            """)

    @Argument(help: "A file, a row, an image, a model, a task, a run, or a digest.")
    var thing: String

    @Option(
        help: ArgumentHelp(
            "Current path of the manifest, or of the folder of scored images; paths are relative to it.",
            valueName: "file"))
    var manifest: String?

    @Option(help: ArgumentHelp("Keep the new store here. Default: it is removed.", valueName: "folder"))
    var keep: String?

    @OptionGroup var programs: ProgramOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var reporting: ReportingOptions

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let plan = try ReproductionPlan(try LineageSubject(thing, in: store), store)
        let folder = try keep ?? TemporaryStore.make()
        guard try !AtomicFile.exists(folder + "/store.sqlite") else {
            throw LineageError.storeThere(folder: folder)
        }
        defer { if keep == nil { try? AtomicFile.removeAll(folder) } }
        let record = plan.run.record
        StandardError.write("recomputing run \(record.number), \(record.command), in \(folder)")
        let (session, graph) = try prepare(plan, store, folder)
        if programs.allowExternal { try session.allow(nil) }
        let summary = try session.execute(graph)
        guard summary.isSuccess else {
            // The finished steps show where it went wrong.
            if let part = try? Reproduction(
                of: plan.keys, run: record.number, store, as: summary.execution, in: session.store)
            {
                tell(part: part)
            }
            return try session.conclude(summary)
        }
        try session.conclude(summary)
        let result = try Reproduction(
            of: plan.keys, run: record.number, store, as: summary.execution, in: session.store)
        try tell(result, record)
    }

    /// Returns a session in the new store, and the tasks.
    private func prepare(_ plan: ReproductionPlan, _ store: ContentStore, _ folder: String) throws -> (
        RunSession, TaskGraph
    ) {
        let options = try StoreOptions.parse(["--store", folder])
        guard plan.recipe.command == .run else {
            let images = try plan.folder(manifest)
            let session = try RunSession(
                options, machine, keepGoing: false, reporting, subject: "reproduce", Interruption(),
                folders: [NamedFolder(images.absolute, followsLinks: plan.recipe.followsLinks ?? false)],
                redaction: PathRedaction(.relative, base: nil, named: [images.absolute], others: [folder])
            ) { _ in RunOrigin(recipe: "") }
            return (session, try plan.graph(scoring: images, store, fresh: session.store) { try session.digests($0) })
        }
        let job = try plan.manifest(file: manifest, store)
        let session = try RunSession(
            job, options, machine, keepGoing: false, reporting, subject: "reproduce", Interruption(), output: folder,
            recipe: RunRecipe(.run), text: [])
        return (session, try plan.graph(job, store, fresh: session.store) { try session.digests($0) })
    }

    /// Reports a run that failed.
    private func tell(part result: Reproduction) {
        let made = result.steps.filter { $0.outcome != .missing }
        print(
            "\(made.count { $0.outcome == .equal }) of \(made.count) finished steps are equal, byte for byte; "
                + "\(result.steps.count - made.count) did not finish")
        if let first = made.first(where: { $0.outcome != .equal }) { tell(first: first) }
    }

    private func tell(first: Reproduction.Step) {
        print("first difference: \(first.task)")
        switch first.outcome {
        case .equal: break
        case .missing: print("    only one of the two runs has a result")
        case .otherBytes(let names):
            print(
                "    same key, different bytes: \(names.isEmpty ? "referenced blobs" : names.joined(separator: ", "))")
        case .otherKey(let differences): for difference in differences { print("    \(difference)") }
        }
    }

    private func tell(_ result: Reproduction, _ record: ExecutionRecord) throws {
        let equal = result.steps.count { $0.outcome == .equal }
        print("\(equal) of \(counted(result.steps.count, "step is", "steps are")) equal, byte for byte")
        guard let first = result.first else { return }
        tell(first: first)
        if record.versions != RunSession.versions { print("then: \(record.versions)\nnow:  \(RunSession.versions)") }
        if result.deviation.count == 0 {
            print("none of these steps has scores or metrics, so the deviation is unknown")
            throw ExitCode(ExitStatus.taskFailed.rawValue)
        }
        func share(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
        let (apart, allowed) = (result.deviation, Reproduction.tolerance)
        print(
            "largest deviation: scores \(share(apart.scores)) (tolerance \(allowed.scores)), AUROC "
                + "\(share(apart.metrics)) (tolerance \(allowed.metrics)); \(apart.verdicts) verdicts differ")
        guard record.versions != RunSession.versions, result.isWithinTolerance else {
            throw ExitCode(ExitStatus.taskFailed.rawValue)
        }
        print("within the tolerance for another instruction set or library")
    }
}
